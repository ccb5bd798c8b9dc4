import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchGet } from '../../shared/store/batch.ts'
import { claimsOf, nameOf } from '../../shared/store/claims.ts'
import type { Violation } from '../../shared/store/invariants/violation.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { getResource } from '../../shared/store/resources.ts'
import { attributeOf, epochOfName, formerNames, type NameAttribute, type Names, withFormerName } from './names.ts'

const { User, Group } = RESOURCE_TYPES

/** Of two objects with one name, what becomes of the one that loses it: it has a name again that it had before, or goes. */
export interface Parting {
  heir: StoredResource
  loser: StoredResource
  after: StoredResource | undefined
  /** Which one of its names. */
  name: NameAttribute
  says: string
}

/** How all twins of an account part, each pair once; `made` are objects as they are to be, of which the table knows nothing yet. */
export async function listPartings(names: Names, made: readonly StoredResource[] = []): Promise<Parting[]> {
  const found = new Map<string, Parting>()
  const note = (parting: Parting | undefined) => {
    if (parting) found.set(`${parting.loser.id} ${parting.heir.id}`, parting)
  }
  for (const violation of names.violations) note(await planParting(names, violation))
  for (const one of made) note(await planPartingOf(names, one))
  return [...found.values()]
}

/**
 * How two objects part of which a violation tells that both have one name; nothing where it tells of something else. The
 * name belongs to the one that the newer epoch gave it to, else to the one that holds it; where that one has a name to go
 * back to and the other has none, it goes back.
 */
export async function planParting(
  names: Names,
  { invariant, type: word, id }: Violation,
): Promise<Parting | undefined> {
  const { db, account } = names
  const isOfObject = invariant === 'name' && word !== 'PROVISIONER'
  const one = isOfObject ? await getResource(db, account, typeOfWord(word), id) : undefined
  return one && planPartingOf(names, one)
}

const typeOfWord = (word: string) => (word === Group.auditWord ? Group : User)

async function planPartingOf(names: Names, one: StoredResource): Promise<Parting | undefined> {
  const { db, account } = names
  const { type, id } = one
  for (const [action, key] of claimsOf(account, one)) {
    const [claim] = await batchGet(db, [key])
    if (claim?.id === id) continue
    const isCalledSo = (other: StoredResource | undefined) =>
      other !== undefined && claimsOf(account, other).get(action)?.sk === key.sk
    const named = typeof claim?.id === 'string' ? await getResource(db, account, type, claim.id) : undefined
    const holder = named && isCalledSo(named) ? named : await otherNamed(names, one, isCalledSo)
    if (holder) return part(names, attributeOf(type, action), { one, holder })
  }
  return undefined
}

/** Another one of which the name is not held for it, where it is held for nobody. */
async function otherNamed(
  { db, account, violations }: Names,
  { type, id }: StoredResource,
  isCalledSo: (other: StoredResource | undefined) => boolean,
): Promise<StoredResource | undefined> {
  const others = violations.filter((one) => one.invariant === 'name' && one.id !== id && typeOfWord(one.type) === type)
  for (const other of others) {
    const found = await getResource(db, account, type, other.id)
    if (isCalledSo(found)) return found
  }
  return undefined
}

interface Twins {
  one: StoredResource
  holder: StoredResource
}

async function part(names: Names, name: NameAttribute, { one, holder }: Twins): Promise<Parting> {
  const epoch = await epochOfName(names, name, one)
  const epochOfHolder = await epochOfName(names, name, holder)
  const why = epoch === epochOfHolder ? 'who kept it' : `to whom epoch ${Math.max(epoch, epochOfHolder)} gave it`
  if (epoch > epochOfHolder) return toParting(names, name, { heir: one, loser: holder, why })
  const parting = await toParting(names, name, { heir: holder, loser: one, why })
  if (parting.after || epoch < epochOfHolder) return parting
  const other = await toParting(names, name, { heir: one, loser: holder, why: 'which has no other' })
  return other.after ? other : parting
}

interface Decided {
  heir: StoredResource
  loser: StoredResource
  why: string
}

async function toParting(names: Names, name: NameAttribute, { heir, loser, why }: Decided): Promise<Parting> {
  const { attribute } = name
  const after = await withFormerName(names, name, loser)
  const lost = `its ${attribute} ${JSON.stringify(nameOf(loser, attribute))} is that of ${heir.id}, ${why}`
  const back = after ? `it is ${JSON.stringify(nameOf(after, attribute))} again` : sayTaken(names, name, loser)
  return { heir, loser, after, name, says: back === '' ? lost : `${lost}; ${back}` }
}

/** Why one has to go that had names before. */
function sayTaken(names: Names, name: NameAttribute, loser: StoredResource): string {
  const former = formerNames(names, name, loser).map((one) => JSON.stringify(one))
  return former.length === 0 ? '' : `${former.join(', ')}, as it was called before, is taken too`
}
