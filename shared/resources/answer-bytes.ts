import { sentBytes } from '../scim/answer-size.ts'
import { type Projection, project } from '../scim/project.ts'
import type { Attributes } from '../scim/schema.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'
import { presentMember } from './present.ts'

/** A member like most, by which others are counted before any of them is read. */
const SAMPLE = { userId: '00000000-0000-7000-8000-000000000000', display: 'Somebody with a name of usual length' }
/** What every resource has beside its attributes: `schemas`, `id` and `meta`. */
const COMMON_BYTES = 600

/** About the bytes a resource takes in an answer: members by their stored number, a user's groups not at all. */
export function answerBytes(context: ScimContext, stored: StoredResource, projection: Projection): number {
  const { type, attributes, memberCount = 0 } = stored
  const bytesOf = (some: Attributes) => sentBytes(project(type, some, projection))
  const own = COMMON_BYTES + bytesOf(attributes)
  if (memberCount === 0 || !type.derived) return own
  const name = type.derived.attribute
  return own + memberCount * (bytesOf({ [name]: [presentMember(context, SAMPLE)] }) - bytesOf({ [name]: [] }))
}
