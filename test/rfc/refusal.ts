import { expect } from 'vitest'
import { ERROR_SCHEMA } from '../../shared/scim/error.ts'
import type { Answer, Body } from './client.ts'

/** The whole body of a SCIM error (RFC 7644 §3.12); `detail` as text, or as a pattern where it holds an id. */
export function scimError(status: number, scimType: string | undefined, detail: string | RegExp): Body {
  return {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
  }
}

/** Holds an answer against a refusal: status, media type and the whole body. */
export function expectRefused(
  answer: Answer,
  status: number,
  scimType: string | undefined,
  detail: string | RegExp,
): void {
  const { body, headers } = answer
  expect({ status: answer.status, type: headers['content-type'], body }).toEqual({
    status,
    type: 'application/scim+json',
    body: scimError(status, scimType, detail),
  })
}
