import * as z from 'zod/mini'
import { parseSpan, SPAN_RULE } from '../auth/span.ts'
import type { Json } from '../scim/schema.ts'
import type { AdminContext } from './admin-context.ts'
import { type ChangedIntegration, changeIntegration } from './change-integration.ts'
import { parseInput, strictError } from './parse-input.ts'

const MAX_RELEASE_MS = 86_400_000
const RELEASE_RULE = `${SPAN_RULE}, at most 24h: for longer, change the brake's mode`
const isRelease = (span: string): boolean => (parseSpan(span) ?? Number.POSITIVE_INFINITY) <= MAX_RELEASE_MS

/** How long a brake is released; null takes the release back. */
const release = z.strictObject(
  { for: z.nullable(z.string({ error: RELEASE_RULE }).check(z.refine(isRelease, { error: RELEASE_RULE }))) },
  { error: strictError },
)

/**
 * Has the brake of an integration neither count nor refuse for a time, as an administrator who has looked at the changes
 * wants it; holds within a minute. What was counted before stays counted for its hour.
 * @throws {ScimError} 404; 400 invalidValue.
 */
export function releaseBrake(context: AdminContext, name: string, input: Json): Promise<ChangedIntegration> {
  const { for: span } = parseInput(release, input)
  const until = span === null ? null : new Date(context.now.getTime() + (parseSpan(span) ?? 0)).toISOString()
  return changeIntegration(context, name, { brakeReleasedUntil: until })
}
