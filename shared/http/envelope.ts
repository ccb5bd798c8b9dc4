import * as z from 'zod/mini'
import en from 'zod/v4/locales/en.js'
import { invalidSyntax } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'

// The small zod speaks no language until it is taught one.
z.config(en())

/**
 * Reads what is not a SCIM attribute: message envelopes and query strings. Attribute names of envelopes are matched
 * in any letter case, as all names of RFC 7643 §2.1 are.
 * @throws {ScimError} 400 invalidSyntax naming the first thing that is wrong.
 */
export function parseEnvelope<Shape extends z.ZodMiniObject>(
  shape: Shape,
  input: unknown,
  what: string,
): z.infer<Shape> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalidSyntax(`Cannot read the ${what}: expected a JSON object`)
  }
  const result = shape.safeParse(inCanonicalCase(shape, input))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue?.path.join('.') ?? ''
  throw invalidSyntax(`Cannot read ${path ? quote(path) : 'it'} of the ${what}: ${issue?.message ?? 'it is malformed'}`)
}

function inCanonicalCase(shape: z.ZodMiniObject, input: object): Record<string, unknown> {
  const canonical = new Map(Object.keys(shape.shape).map((name) => [name.toLowerCase(), name]))
  const entries = Object.entries(input).map(([name, value]) => [canonical.get(name.toLowerCase()) ?? name, value])
  return Object.fromEntries(entries)
}
