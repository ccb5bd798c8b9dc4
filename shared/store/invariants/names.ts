import { foldName } from '../../scim/fold.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { batchGet, mapConcurrently } from '../batch.ts'
import { nameOf } from '../claims.ts'
import type { Db } from '../client.ts'
import { nameCollectionKey, nameKey } from '../keys.ts'
import { getProvisioner } from '../provisioners.ts'
import { queryBehind } from '../query-all.ts'
import type { StoredResource } from '../resource-item.ts'
import { getResources } from '../resources.ts'
import type { Looked, Violation } from './violation.ts'

type Item = Record<string, unknown>

const PARALLEL = 8

/** Where the names of an attribute of a type are kept. */
const collectionOf = (type: ResourceType, attribute: string) =>
  attribute === type.uniqueName ? type : { collection: `${type.collection}.${attribute}` }

/**
 * Access pattern V2: names that are kept, in their order: each for an object that is there and has it. Names of provisioner
 * roles are those of roles that are there. 1 read unit for some 30 names and 1 for each object; what looks wrong is read again.
 */
export async function checkNames(
  db: Db,
  account: string,
  { type, attribute }: { type: ResourceType; attribute: string },
  range: { after?: string | undefined; limit: number },
): Promise<Looked> {
  const { items, reached } = await queryBehind(db, nameCollectionKey(account, collectionOf(type, attribute)), range)
  const claims = items.filter(({ id }) => typeof id === 'string')
  const byId = await loadById(db, account, type, claims)
  const suspects = claims.filter((claim) => faultOf(type, attribute, claim, byId) !== undefined)
  const found = await mapConcurrently(suspects, PARALLEL, (claim) => confirm(db, account, { type, attribute }, claim))
  const roles = items.flatMap(({ role }) => (typeof role === 'string' ? [role] : []))
  const reserved = await checkReserved(db, account, roles)
  return { violations: [...found.flat(), ...reserved], checked: items.length, reached }
}

/** Names that are kept from groups for a provisioner role that is not there. */
async function checkReserved(db: Db, account: string, roles: readonly string[]): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const role of roles) {
    if (await getProvisioner(db, account, role)) continue
    const [claim] = await batchGet(db, [nameKey(account, RESOURCE_TYPES.Group, foldName(role))])
    if (claim?.role !== role || (await getProvisioner(db, account, role))) continue
    const message = `The name ${JSON.stringify(role)} is kept for the provisioner role ${role}, which is not there: no role of users can have it`
    violations.push({ invariant: 'name', type: 'PROVISIONER', id: role, name: role, message })
  }
  return violations
}

async function loadById(db: Db, account: string, type: ResourceType, claims: readonly Item[]) {
  const ids = claims.map(({ id }) => String(id))
  return new Map((await getResources(db, account, type, ids)).map((one) => [one.id, one]))
}

/** A fault of a name that is the same before and after its object was read. */
async function confirm(
  db: Db,
  account: string,
  { type, attribute }: { type: ResourceType; attribute: string },
  { pk, sk }: Item,
): Promise<Violation[]> {
  const key = { pk: String(pk), sk: String(sk) }
  const [before] = await batchGet(db, [key])
  const byId = before ? await loadById(db, account, type, [before]) : new Map<string, StoredResource>()
  const [after] = await batchGet(db, [key])
  const isSame = before !== undefined && before.id === after?.id && before.eventId === after?.eventId
  const message = isSame ? faultOf(type, attribute, before, byId) : undefined
  return message === undefined
    ? []
    : [{ invariant: 'name', type: type.auditWord, id: String(before?.id), name: key.sk, message }]
}

function faultOf(
  type: ResourceType,
  attribute: string,
  { sk, id }: Item,
  byId: ReadonlyMap<string, StoredResource>,
): string | undefined {
  const word = type.auditWord.toLowerCase()
  const kept = `The ${attribute} ${JSON.stringify(sk)} is kept for ${word} ${String(id)}`
  const resource = byId.get(String(id))
  if (!resource) return `${kept}, which is not there: nobody can have it`
  const name = nameOf(resource, attribute)
  if (foldName(name) === sk) return undefined
  return `${kept}, whose ${attribute} is ${name === '' ? 'not set' : JSON.stringify(name)}`
}
