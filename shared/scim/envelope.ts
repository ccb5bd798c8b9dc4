import { invalidSyntax, namedTwice } from './error.ts'
import { quote } from './quote.ts'
import { isJsonObject, type Json } from './schema.ts'

/** The members of a message or of one of its operations, under the names the RFC gives them; all others left out. */
export type Members<Name extends string> = { readonly [Key in Name]?: Json }

/**
 * Reads the members of a PatchOp, BulkRequest or SearchRequest that `names` lists, in any letter case (RFC 7643 §2.1).
 * @throws {ScimError} 400 invalidSyntax when it is no object, does not name the schema `urn`, or names a member twice.
 */
export function parseMessage<Name extends string>(body: Json, urn: string, names: readonly Name[]): Members<Name> {
  const what = messageName(urn)
  const members = parseMembers(body, [...names, 'schemas' as const], what)
  const { schemas } = members
  if (Array.isArray(schemas) && schemas.some((one) => isSameUrn(one, urn))) return members
  throw invalidSyntax(`Cannot read ${what}: its schemas must be an array that holds "${urn}"`)
}

/**
 * Reads what stands inside a message, or a query string, as {@link parseMessage} does; `what` is how errors call it.
 * @throws {ScimError} 400 invalidSyntax when it is no object, or names a member twice.
 */
export function parseMembers<Name extends string>(input: unknown, names: readonly Name[], what: string): Members<Name> {
  if (!isJsonObject(input as Json)) {
    throw invalidSyntax(`Cannot read ${what}: expected a JSON object, found ${quote(input)}`)
  }
  const known = new Map<string, Name>(names.map((name) => [name.toLowerCase(), name]))
  const members: { [Key in Name]?: Json } = Object.create(null)
  for (const [sent, value] of Object.entries(input as { [name: string]: Json })) {
    const name = known.get(sent.toLowerCase())
    if (name === undefined) continue
    if (name in members) throw namedTwice(`${name} of ${what}`)
    members[name] = value
  }
  return members
}

/** What errors call the message of this schema: the last part of its URN. */
export const messageName = (urn: string): string => `the ${urn.slice(urn.lastIndexOf(':') + 1)}`

function isSameUrn(json: Json, urn: string): boolean {
  return typeof json === 'string' && json.toLowerCase() === urn.toLowerCase()
}
