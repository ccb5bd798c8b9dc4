import type * as z from 'zod'
import { invalidValue } from '../scim/error.ts'

const MAX_QUOTED = 80

/** Reads an admin's input. @throws {ScimError} 400 invalidValue naming the first member that cannot be read. */
export function readInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw toRefusal(result.error, input)
}

function toRefusal({ issues }: z.ZodError, input: unknown) {
  const [issue] = issues
  const path = issue?.path.join('.') ?? ''
  const message = issue?.message ?? 'it is not what was expected'
  if (path === '') return invalidValue(`Cannot read the input: ${message}`)
  const value = issue?.path.reduce<unknown>((held, name) => (held as Record<PropertyKey, unknown>)?.[name], input)
  if (value === undefined) return invalidValue(`${path} is missing: ${message}`)
  return invalidValue(`Cannot read ${path} ${quote(value)}: ${message}`)
}

/** A value as an error shows it, shortened. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text
}
