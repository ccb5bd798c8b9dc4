import type { RESOURCE_TYPES, ResourceTypes } from '../scim/resource-types.ts'
import { groups } from './groups.ts'
import type { Kind, Special } from './special.ts'
import { users } from './users.ts'

/** What is special about each type: for functions that serve all of them, since it brings the code of all. */
export const SPECIALS: Record<keyof typeof RESOURCE_TYPES, Special> = { User: users, Group: groups }

/** Types with what is special about them; a type without is one that keeps nothing but attributes. */
export const kindsOf = (types: ResourceTypes): Kind[] =>
  Object.values(types).map((type) => ({
    type,
    special: Object.entries(SPECIALS).find(([name]) => name === type.name)?.[1] ?? {},
  }))
