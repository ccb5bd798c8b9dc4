import type { ClientKind } from './client-kind.ts'
import type { ResourceType } from './schema.ts'
import { commonAttributes } from './schemas/common.ts'
import { coreGroup } from './schemas/core-group.ts'
import { coreUser } from './schemas/core-user.ts'
import { enterpriseUser } from './schemas/enterprise-user.ts'
import { SNOWFLAKE_USER, snowflakeUser } from './schemas/snowflake-user.ts'

/**
 * Every resource type, one entry each, under its name: keys, claims, filters, privileges, audit, routes, Bulk and
 * discovery all follow from the entry (docs/decisions/0012-resource-types-are-data.md).
 */
export const RESOURCE_TYPES = {
  User: {
    name: 'User',
    endpoint: '/Users',
    description: 'User Account',
    schema: coreUser,
    extensions: [
      { schema: enterpriseUser, required: false },
      { schema: snowflakeUser, required: false },
    ],
    common: commonAttributes,
    collection: 'USER',
    uniqueName: 'userName',
    furtherNames: [{ urn: SNOWFLAKE_USER, attribute: 'snowflakeUserName' }],
    lookups: ['externalId', 'emails.value'],
    derived: { attribute: 'groups', from: 'memberships' },
    auditWord: 'USER',
    privileges: { create: 'createUser', monitor: 'monitorUser' },
  },
  Group: {
    name: 'Group',
    endpoint: '/Groups',
    description: 'Group',
    schema: coreGroup,
    extensions: [],
    common: commonAttributes,
    collection: 'GROUP',
    uniqueName: 'displayName',
    furtherNames: [],
    lookups: ['externalId'],
    derived: { attribute: 'members', from: 'members' },
    auditWord: 'ROLE',
    privileges: { create: 'createRole', monitor: 'monitorRole' },
  },
} as const satisfies Record<string, ResourceType>

/** The types of a request by name; whatever else is registered, there are users and groups. */
export type ResourceTypes = Record<keyof typeof RESOURCE_TYPES, ResourceType> & Readonly<Record<string, ResourceType>>

export type ResourceTypeEntry = (typeof RESOURCE_TYPES)[keyof typeof RESOURCE_TYPES]

/** Okta knows one extension only, so there Snowflake's attributes can be named under the enterprise URN as well. */
const aliased = snowflakeUser.attributes.map((attribute) => ({ ...attribute, aliasOf: SNOWFLAKE_USER }))
const oktaUser: ResourceType = {
  ...RESOURCE_TYPES.User,
  extensions: [
    { schema: { ...enterpriseUser, attributes: [...enterpriseUser.attributes, ...aliased] }, required: false },
    { schema: snowflakeUser, required: false },
  ],
}
/** Where a client kind sees types otherwise than the others do. */
const VARIANTS: Partial<Record<ClientKind, ResourceTypes>> = { OKTA: { ...RESOURCE_TYPES, User: oktaUser } }

/** The resource types as a client of this kind sees them; the same objects on every call. */
export function resourceTypes(client: ClientKind): ResourceTypes {
  return VARIANTS[client] ?? RESOURCE_TYPES
}
