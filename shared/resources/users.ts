import type { Principal } from '../auth/principal.ts'
import type { Value } from '../scim/schema.ts'
import { deleteUser } from '../store/groups/delete.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { hashPassword, isPassword } from './password.ts'
import type { Special } from './special.ts'
import { userGroups } from './user-groups.ts'

/** What is special about users: a password that never stays among the attributes, and memberships that go with them. */
export const users: Special = {
  derived: userGroups,
  async draft({ principal }, { attributes: { password, ...attributes }, before }) {
    const fields = await toPasswordHash(principal, password, before)
    return { attributes, fields, changes: fields.passwordHash ? [{ attribute: 'password', after: '(set)' }] : [] }
  },
  weigh: ({ attributes: before }, { attributes: after }) => (before.active !== false && after.active === false ? 1 : 0),
  delete: ({ db, principal }, before, _draft, event, count) => deleteUser(db, principal.account, before, event, count),
}

/** The hash of a new password; ignored while the integration does not sync passwords. */
async function toPasswordHash({ syncPassword }: Principal, password: Value | undefined, before?: StoredResource) {
  if (!syncPassword || typeof password !== 'string') return {}
  const isOld = before?.passwordHash !== undefined && (await isPassword(password, before.passwordHash))
  return isOld ? {} : { passwordHash: await hashPassword(password) }
}
