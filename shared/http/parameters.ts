import type * as z from 'zod/mini'
import { invalidValue } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import type { ApiRequest } from './api-request.ts'

/**
 * Reads the parameters of a request.
 * @throws {ScimError} 400 invalidValue naming the first that is not known or cannot be read.
 */
export function parseParameters<Shape extends z.core.$ZodShape>(
  question: z.ZodMiniObject<Shape>,
  query: ApiRequest['query'],
): z.output<z.ZodMiniObject<Shape>> {
  const parsed = question.safeParse(query)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys') {
    const names = Object.keys(question.shape).join(', ')
    throw invalidValue(`Cannot use parameter ${quote(issue.keys[0])}: there is ${names}`)
  }
  const name = String(issue?.path[0])
  throw invalidValue(`Cannot read ${name} ${quote(query[name])}: ${issue?.message}`)
}
