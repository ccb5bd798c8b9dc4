import type * as z from 'zod/mini'
import { invalidValue } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'

/** Reads an admin's input. @throws {ScimError} 400 invalidValue naming the first member that cannot be read. */
export function parseInput<Schema extends z.ZodMiniType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw toRefusal(result.error, input)
}

function toRefusal({ issues }: z.core.$ZodError, input: unknown) {
  const issue = withinUnion(issues[0])
  const path = issue?.path.join('.') ?? ''
  const message = issue?.message ?? 'it is not what was expected'
  if (path === '') return invalidValue(`Cannot read the input: ${message}`)
  const value = issue?.path.reduce<unknown>((held, name) => (held as Record<PropertyKey, unknown>)?.[name], input)
  if (value === undefined) return invalidValue(`${path} is missing: ${message}`)
  return invalidValue(`Cannot read ${path} ${quote(value)}: ${message}`)
}

/** Where several forms are taken, what is the matter with the one that the value is of. */
function withinUnion(issue: z.core.$ZodIssue | undefined): Pick<z.core.$ZodIssue, 'path' | 'message'> | undefined {
  if (issue?.code !== 'invalid_union') return issue
  const firsts = issue.errors.flatMap(([first]) => (first ? [first] : []))
  const [fitting = firsts[0]] = firsts.filter(({ code, path }) => code !== 'invalid_type' || path.length > 0)
  return fitting && { message: fitting.message, path: [...issue.path, ...fitting.path] }
}

/** What a strict object says of members it does not have, and of what is no object. */
export function strictError(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return `there is no setting ${quote(String(issue.keys[0]))}`
  return 'expected a JSON object'
}
