import { sentBytes } from '../scim/answer-size.ts'
import type { Projection } from '../scim/project.ts'
import type { Value } from '../scim/schema.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'
import { presentMember, presentStored } from './present.ts'

/** A member like most, by which others are counted before any of them is read. */
const SAMPLE = { userId: '00000000-0000-7000-8000-000000000000', display: 'Somebody with a name of usual length' }

/** The bytes a resource takes in an answer, about: members by their stored number, a user's groups not at all. */
export function answerBytes(context: ScimContext, stored: StoredResource, projection: Projection): number {
  const { type, memberCount = 0 } = stored
  const bytesWith = (members: Value[]) => {
    const derived = memberCount > 0 && type.derived ? { [type.derived.attribute]: members } : undefined
    return sentBytes(presentStored(context, stored, projection, derived).resource)
  }
  const bare = bytesWith([])
  return memberCount === 0 ? bare : bare + memberCount * (bytesWith([presentMember(context, SAMPLE)]) - bare)
}
