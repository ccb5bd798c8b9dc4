import type { Schema } from '../schema.ts'
import { attribute } from './define.ts'

export const SNOWFLAKE_USER = 'urn:ietf:params:scim:schemas:extension:2.0:User'

/** The kinds of user. */
export const USER_TYPES = ['person', 'service', 'service_agent', 'legacy_service'] as const

/** Snowflake's own extension of User; clients of kind OKTA name these attributes under the enterprise URN. */
export const snowflakeUser: Schema = {
  id: SNOWFLAKE_USER,
  name: 'SnowflakeUser',
  description: 'Snowflake User',
  attributes: [
    attribute('defaultRole', 'The role a session of the user starts with'),
    attribute('defaultWarehouse', 'The warehouse a session of the user starts with'),
    attribute('defaultSecondaryRoles', 'The secondary roles a session of the user starts with: ALL or NONE'),
    attribute('type', 'The kind of user', {
      canonicalValues: USER_TYPES,
      allowedValues: USER_TYPES,
      defaultValue: 'person',
    }),
    attribute('snowflakeUserName', 'The name of the user where it differs from the name to sign in with', {
      identifier: true,
      uniqueness: 'server',
    }),
  ],
}
