import { RESOURCE_TYPES, type ResourceTypeEntry } from '../scim/resource-types.ts'

/** What a role may be given: each resource type has its own two. */
export type Privilege = ResourceTypeEntry['privileges']['create' | 'monitor']

const privileges = Object.values<ResourceTypeEntry>(RESOURCE_TYPES).map((type) => type.privileges)
/** What lets a role make objects: all that a new role may do unless somebody says otherwise. */
export const CREATE_PRIVILEGES: readonly Privilege[] = privileges.map(({ create }) => create)
export const PRIVILEGES: readonly Privilege[] = [...CREATE_PRIVILEGES, ...privileges.map(({ monitor }) => monitor)]
