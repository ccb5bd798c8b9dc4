import type { Presented } from '../resources/present.ts'
import { MAX_ANSWER_BYTES, sentBytes } from '../scim/answer-size.ts'
import { matchesEtag } from '../scim/etag.ts'
import type { ApiAnswer } from './api-answer.ts'

/** Headers of every answer about a single resource (RFC 7644 §3.3, §3.14). */
const headersOf = ({ location, etag }: Presented) => ({ location, etag })

export const ok = (presented: Presented): ApiAnswer => ({
  status: 200,
  headers: { ...headersOf(presented), 'content-location': presented.location },
  body: presented.resource,
})

export const created = (presented: Presented): ApiAnswer => ({
  status: 201,
  headers: headersOf(presented),
  body: presented.resource,
})

export const noContent = (presented?: Presented): ApiAnswer => ({
  status: 204,
  headers: presented ? headersOf(presented) : {},
})

/**
 * The group a change answers with: a change that is made must not be refused for the size of its answer, so members
 * that do not fit are left out.
 */
export function fitting(presented: Presented): Presented {
  const { members, ...rest } = presented.resource
  if (members === undefined || sentBytes(presented.resource) <= MAX_ANSWER_BYTES) {
    return presented
  }
  return { ...presented, resource: rest }
}

/** 304 without a body where the client's copy is current (RFC 7644 §3.14), the resource otherwise. */
export function okUnlessMatch(presented: Presented, ifNoneMatch: string | undefined): ApiAnswer {
  if (ifNoneMatch === undefined || !matchesEtag(ifNoneMatch, presented.etag)) return ok(presented)
  return { status: 304, headers: headersOf(presented) }
}
