import type { ClientKind } from './client-kind.ts'
import type { ResourceType, Schema } from './schema.ts'
import { commonAttributes } from './schemas/common.ts'
import { coreGroup } from './schemas/core-group.ts'
import { coreUser } from './schemas/core-user.ts'
import { enterpriseUser } from './schemas/enterprise-user.ts'
import { SNOWFLAKE_USER, snowflakeUser } from './schemas/snowflake-user.ts'

/** The resource types by name (RFC 7643 §6). */
export interface ResourceTypes {
  User: ResourceType
  Group: ResourceType
}

const group: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: coreGroup,
  extensions: [],
  common: commonAttributes,
}

const everywhere: ResourceTypes = { User: userType(enterpriseUser), Group: group }

/** Okta knows one extension only, so there Snowflake's attributes can be named under the enterprise URN as well. */
const aliased = snowflakeUser.attributes.map((attribute) => ({ ...attribute, aliasOf: SNOWFLAKE_USER }))
const okta: ResourceTypes = {
  User: userType({ ...enterpriseUser, attributes: [...enterpriseUser.attributes, ...aliased] }),
  Group: group,
}

/** The resource types as a client of this kind sees them; the same objects on every call. */
export function resourceTypes(client: ClientKind): ResourceTypes {
  return client === 'OKTA' ? okta : everywhere
}

function userType(enterprise: Schema): ResourceType {
  return {
    name: 'User',
    endpoint: '/Users',
    description: 'User Account',
    schema: coreUser,
    extensions: [
      { schema: enterprise, required: false },
      { schema: snowflakeUser, required: false },
    ],
    common: commonAttributes,
  }
}
