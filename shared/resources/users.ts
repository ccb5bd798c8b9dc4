import type { Principal } from '../auth/principal.ts'
import type { ComplexValue, Value } from '../scim/schema.ts'
import { SNOWFLAKE_USER } from '../scim/schemas/snowflake-user.ts'
import { deleteUser } from '../store/groups/delete.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { hashPassword, isPassword } from './password.ts'
import type { Special } from './special.ts'
import { userGroups } from './user-groups.ts'

/** What is special about users: a password that never stays among the attributes, and memberships that go with them. */
export const users: Special = {
  derived: userGroups,
  fillNew: ({ principal: { userDefaults } }, attributes) => {
    if (Object.keys(userDefaults).length === 0) return attributes
    const sent = attributes[SNOWFLAKE_USER]
    return {
      ...attributes,
      [SNOWFLAKE_USER]: { ...(userDefaults as ComplexValue), ...(sent as ComplexValue | undefined) },
    }
  },
  async draft({ principal }, { attributes: { password, ...attributes }, before }) {
    const fields = await toPasswordHash(principal, password, before)
    return { attributes, fields, changes: fields.passwordHash ? [{ attribute: 'password', after: '(set)' }] : [] }
  },
  delete: ({ db, principal }, before, _draft, event) => deleteUser(db, principal.account, before, event),
}

/** The hash of a new password; ignored while the integration does not sync passwords. */
async function toPasswordHash({ syncPassword }: Principal, password: Value | undefined, before?: StoredResource) {
  if (!syncPassword || typeof password !== 'string') return {}
  const isOld = before?.passwordHash !== undefined && (await isPassword(password, before.passwordHash))
  return isOld ? {} : { passwordHash: await hashPassword(password) }
}
