import type { Principal } from '../auth/principal.ts'
import { isComplex } from '../scim/attribute-path.ts'
import { invalidValue } from '../scim/error.ts'
import type { Attributes, Value } from '../scim/schema.ts'
import { SNOWFLAKE_USER } from '../scim/schemas/snowflake-user.ts'

/** Users of these types stand for programs: nobody has their first and last name, and no password opens them. */
const SERVICES: readonly unknown[] = ['service', 'service_agent']

/** Whether a user, in stored shape, stands for a program. */
export const isService = (attributes: Attributes): boolean => SERVICES.includes(extensionValue(attributes, 'type'))

/** A user without the names that its type cannot have, whatever was sent. */
export function withFittingNames(attributes: Attributes): Attributes {
  if (!isService(attributes)) return attributes
  const { name: _, ...rest } = attributes
  return rest
}

/** A user on its way to be stored, and what it was. */
interface Step {
  attributes: Attributes
  before: Attributes | undefined
}

/**
 * Where the account keeps the name to sign in with apart from the user's own (Snowflake's
 * MAP_SCIM_USERNAME_TO_ENTERPRISE_ATTR), a new user has both, and who has both loses none. Who was there before and never
 * had one is changed without: many clients deactivate by PUT only.
 * @throws {ScimError} 400 invalidValue.
 */
export function checkSeparateName({ separateUserNames }: Principal, { attributes, before }: Step): void {
  if (!separateUserNames || hasOwnName(attributes)) return
  if (before && !hasOwnName(before)) return
  throw invalidValue(
    'The attribute snowflakeUserName is required: this account keeps the name of a user apart from userName, the name to sign in with',
  )
}

const hasOwnName = (attributes: Attributes): boolean => (extensionValue(attributes, 'snowflakeUserName') ?? '') !== ''

function extensionValue({ [SNOWFLAKE_USER]: extension }: Attributes, name: string): Value | undefined {
  return isComplex(extension) ? extension[name] : undefined
}
