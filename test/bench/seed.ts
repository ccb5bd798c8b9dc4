import type { Principal } from '../../shared/auth/principal.ts'
import { toStoredAttributes } from '../../shared/scim/representation.ts'
import { RESOURCE_TYPES, resourceTypes } from '../../shared/scim/resource-types.ts'
import { CORE_USER } from '../../shared/scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schemas/enterprise-user.ts'
import { parseResource } from '../../shared/scim/validate.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import { claimNameActions, moveLookupActions } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { countKey } from '../../shared/store/keys.ts'
import { newId } from '../../shared/store/new-id.ts'
import { type StoredResource, toResourceItem } from '../../shared/store/resource-item.ts'

/** A user as Okta sends one with a well-kept profile: just under 1 KB as an item. */
export const aUser = (n: number) => ({
  schemas: [CORE_USER, ENTERPRISE_USER],
  userName: `person.${n}@example.com`,
  externalId: `00u${String(n).padStart(17, '0')}`,
  name: { givenName: 'Alexandra', familyName: `Example-${n}`, formatted: `Alexandra Example-${n}` },
  displayName: `Alexandra Example-${n}`,
  emails: [{ value: `person.${n}@example.com`, type: 'work', primary: true }],
  phoneNumbers: [{ value: '+41 44 555 01 01', type: 'work' }],
  addresses: [{ type: 'work', streetAddress: 'Lake Street 1', locality: 'Zurich', postalCode: '8001', country: 'CH' }],
  title: 'Senior Engineer',
  locale: 'en-US',
  preferredLanguage: 'en-US',
  timezone: 'Europe/Zurich',
  active: true,
  [ENTERPRISE_USER]: { employeeNumber: String(100_000 + n), department: 'Engineering', division: 'Platform' },
})

/** Stores users `first` to `last` in their final shape, claims and count included; answers their ids. */
export async function seedUsers(
  db: Db,
  owner: Principal,
  first: number,
  last: number,
  idOf: (n: number) => string = () => newId(new Date()),
): Promise<string[]> {
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const users = numbers.map((n) => toStored(owner, n, idOf(n)))
  const items = users.flatMap((user) => toItems(owner.account, user))
  const count = { ...{ pk: countKey(owner.account, RESOURCE_TYPES.User), sk: `seed-${first}` }, all: users.length }
  const own = { ...count, [`own#${owner.role}`]: users.length }
  await putItems(db, [...items, own])
  return users.map(({ id }) => id)
}

/** Puts items as they are, in parallel batches. */
export async function putItems(db: Db, items: Record<string, unknown>[]): Promise<void> {
  await batchWrite(
    db,
    items.map((Item) => ({ PutRequest: { Item } })),
  )
}

/** The items of one user in its final shape. */
export const storedItems = (owner: Principal, n: number, id: string): Record<string, unknown>[] =>
  toItems(owner.account, toStored(owner, n, id))

function toStored({ role, clientKind }: Principal, n: number, id: string): StoredResource {
  const type = resourceTypes(clientKind).User
  const at = new Date()
  const attributes = toStoredAttributes(type, parseResource(type, aUser(n)))
  const time = { created: at.toISOString(), lastModified: at.toISOString() }
  return { type, id, owner: role, version: 1, ...time, attributes, eventId: newId(at) }
}

function toItems(account: string, user: StoredResource): Record<string, unknown>[] {
  const actions = Object.values({ ...claimNameActions(account, user), ...moveLookupActions(account, undefined, user) })
  return [
    toResourceItem(account, user),
    ...actions.flatMap((action) => ('Put' in action ? [action.Put.Item ?? {}] : [])),
  ]
}
