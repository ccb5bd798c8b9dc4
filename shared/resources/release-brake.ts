import * as z from 'zod/mini'
import { parseSpan } from '../auth/span.ts'
import type { Json } from '../scim/schema.ts'
import type { AdminContext } from './admin-context.ts'
import { type ChangedIntegration, changeIntegration } from './change-integration.ts'
import { releaseSpan } from './integration-input.ts'
import { parseInput, strictError } from './parse-input.ts'

/** How long a brake is released; null takes the release back. */
const release = z.strictObject({ for: z.nullable(releaseSpan) }, { error: strictError })

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
