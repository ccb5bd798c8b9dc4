import type { Presented } from '../resources/present.ts'
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

/** 304 without a body where the client's copy is current (RFC 7644 §3.14), the resource otherwise. */
export function okUnlessMatch(presented: Presented, ifNoneMatch: string | undefined): ApiAnswer {
  if (ifNoneMatch === undefined || !matchesEtag(ifNoneMatch, presented.etag)) return ok(presented)
  return { status: 304, headers: headersOf(presented) }
}
