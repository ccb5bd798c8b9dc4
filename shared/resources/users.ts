import type { Principal } from '../auth/principal.ts'
import type { ComplexValue, Value } from '../scim/schema.ts'
import { SNOWFLAKE_USER } from '../scim/schemas/snowflake-user.ts'
import { deleteUser } from '../store/groups/delete.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { hashPassword, isPassword } from './password.ts'
import type { Special } from './special.ts'
import { userGroups } from './user-groups.ts'
import { checkSeparateName, isService, withFittingNames } from './user-names.ts'

/**
 * What is special about users: a password that never stays among the attributes, names that not every type of user has,
 * and memberships that go with them.
 */
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
  async draft({ principal }, { attributes: { password, ...sent }, before }) {
    const attributes = withFittingNames(sent)
    checkSeparateName(principal, { attributes, before: before?.attributes })
    const fields = isService(attributes) ? withoutPassword(before) : await toPasswordHash(principal, password, before)
    return { attributes, fields, changes: changesOfPassword(fields) }
  },
  weigh: ({ attributes: before }, { attributes: after }) => (before.active !== false && after.active === false ? 1 : 0),
  delete: ({ db, principal }, before, _draft, event, count) => deleteUser(db, principal.account, before, event, count),
}

/** What becomes of the hash; absent where nothing does. */
type PasswordField = Pick<StoredResource, 'passwordHash'>

const changesOfPassword = (fields: PasswordField) =>
  'passwordHash' in fields ? [{ attribute: 'password', [fields.passwordHash ? 'after' : 'before']: '(set)' }] : []

const withoutPassword = (before?: StoredResource): PasswordField =>
  before?.passwordHash === undefined ? {} : { passwordHash: undefined }

/** The hash of a new password; ignored while the integration does not sync passwords. */
async function toPasswordHash(
  { syncPassword }: Principal,
  password: Value | undefined,
  before?: StoredResource,
): Promise<PasswordField> {
  if (!syncPassword || typeof password !== 'string') return {}
  const isOld = before?.passwordHash !== undefined && (await isPassword(password, before.passwordHash))
  return isOld ? {} : { passwordHash: await hashPassword(password) }
}
