import type { Schema } from '../schema.ts'
import { attribute, complex, reference } from './define.ts'

export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'

const immutable = { mutability: 'immutable' } as const

/** Members are items of their own in the table, so engine and store ask for this row by name. */
export const membersAttribute = complex(
  'members',
  'The users in the group',
  [
    attribute('value', 'The id of the user', { ...immutable, caseExact: true, required: true }),
    reference('$ref', 'The URL of the user', ['User'], immutable),
    attribute('type', 'The resource type of the member', { ...immutable, canonicalValues: ['User'] }),
    attribute('display', 'A name for the member, shown to people'),
  ],
  { multiValued: true },
)

/** The core Group schema (RFC 7643 §4.2, §8.7.1); members are users. */
export const coreGroup: Schema = {
  id: CORE_GROUP,
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'The name of the group, unique whatever its letter case', {
      required: true,
      uniqueness: 'server',
      identifier: true,
    }),
    membersAttribute,
  ],
}
