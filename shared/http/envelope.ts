import * as z from 'zod/mini'
import en from 'zod/v4/locales/en.js'
import { messageName, parseMembers, parseMessage } from '../scim/envelope.ts'
import { invalidSyntax } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import type { Json } from '../scim/schema.ts'

// The small zod speaks no language until it is taught one.
z.config(en())

/** Reads a message of the schema `urn` into a shape. @throws {ScimError} 400 invalidSyntax naming what is wrong. */
export function parseEnvelope<Shape extends z.ZodMiniObject>(shape: Shape, body: Json, urn: string): z.infer<Shape> {
  return toShape(shape, parseMessage(body, urn, Object.keys(shape.shape)), messageName(urn))
}

/**
 * Reads what has no schema into a shape: an operation of a message, a query string. `what` is how errors call it.
 * @throws {ScimError} 400 invalidSyntax naming the first thing that is wrong.
 */
export function parseInner<Shape extends z.ZodMiniObject>(shape: Shape, input: unknown, what: string): z.infer<Shape> {
  return toShape(shape, parseMembers(input, Object.keys(shape.shape), what), what)
}

function toShape<Shape extends z.ZodMiniObject>(shape: Shape, members: object, what: string): z.infer<Shape> {
  const result = shape.safeParse(members)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue?.path.join('.') ?? ''
  throw invalidSyntax(
    `Cannot read ${path ? `${quote(path)} of ${what}` : what}: ${issue?.message ?? 'it is malformed'}`,
  )
}
