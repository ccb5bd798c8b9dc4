import { foldName } from '../scim/fold.ts'
import { MAX_NAME_BYTES } from '../scim/limits.ts'
import type { ResourceType } from '../scim/schema.ts'
import type { Db } from './client.ts'
import { nameCollectionKey } from './keys.ts'
import { ofPartition, queryAll, queryBehind, queryPages } from './query-all.ts'

/**
 * Access pattern R5: who has unique names that begin with `prefix`, and who owns those, in the order of the names,
 * `limit` at most; of `owner` alone, if it is given. Strongly consistent; 1 read unit for some 40 names that are passed.
 */
export async function listNamesByPrefix(
  db: Db,
  account: string,
  type: ResourceType,
  prefix: string,
  { limit, owner }: { limit: number; owner?: string | undefined },
) {
  const folded = foldName(prefix)
  if (Buffer.byteLength(folded) > MAX_NAME_BYTES) return []
  const named = ofPartition(nameCollectionKey(account, type), folded)
  const query = {
    ...named,
    FilterExpression: `attribute_exists(id)${owner === undefined ? '' : ' AND #owner = :owner'}`,
    ...(owner !== undefined && {
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ...named.ExpressionAttributeValues, ':owner': owner },
    }),
  }
  // Who is few among many is looked for by whole pages: the last ones would else be looked for name by name.
  const range = owner === undefined ? { limit } : { pageLimit: limit }
  const items: Record<string, unknown>[] = []
  for await (const page of queryPages(db, query, range)) {
    items.push(...page)
    if (items.length >= limit) break
  }
  return items.map(({ id, owner }) => ({ id: String(id), owner: String(owner) }))
}

/** A name as it is compared, and who has it; the name of a provisioner role, which no group may have, is nobody's. */
export interface NamedObject {
  folded: string
  id: string | undefined
  owner: string | undefined
}

/**
 * Access pattern R12: names in their order that begin with `prefix`, those behind `after`, and where to go on. One query;
 * strongly consistent; 1 read unit for some 40 names.
 */
export async function listNamesBehind(
  db: Db,
  account: string,
  type: ResourceType,
  { prefix, ...range }: { prefix: string; after?: string | undefined; limit: number },
): Promise<{ names: NamedObject[]; reached: string | undefined }> {
  const folded = foldName(prefix)
  if (Buffer.byteLength(folded) > MAX_NAME_BYTES) return { names: [], reached: undefined }
  const { items, reached } = await queryBehind(db, nameCollectionKey(account, type), { prefix: folded, ...range })
  return { names: items.map(toNamed), reached }
}

/**
 * Access pattern R13: the names before and behind a folded one, `each` at most, in their order. Two queries in one round
 * trip; strongly consistent; 1 read unit each for some 40 names.
 */
export async function listNamesAround(
  db: Db,
  account: string,
  type: ResourceType,
  folded: string,
  each: number,
): Promise<NamedObject[]> {
  if (Buffer.byteLength(folded) > MAX_NAME_BYTES) return []
  const pk = nameCollectionKey(account, type)
  const values = { ExpressionAttributeValues: { ':pk': pk, ':sk': folded }, ConsistentRead: true }
  const [before, behind] = await Promise.all([
    queryAll(db, { KeyConditionExpression: 'pk = :pk AND sk < :sk', ScanIndexForward: false, ...values }, each),
    queryAll(db, { KeyConditionExpression: 'pk = :pk AND sk > :sk', ...values }, each),
  ])
  return [...before.reverse(), ...behind].map(toNamed)
}

const toNamed = ({ sk, id, owner }: Record<string, unknown>): NamedObject => ({
  folded: String(sk),
  id: typeof id === 'string' ? id : undefined,
  owner: typeof owner === 'string' ? owner : undefined,
})
