import { type AttributePath, resolveAttributePath } from '../attribute-path.ts'
import { invalidFilter, ScimError } from '../error.ts'
import { MAX_FILTER_DEPTH, MAX_FILTER_LENGTH, MAX_FILTER_NODES } from '../limits.ts'
import { quote, quoteExpression } from '../quote.ts'
import type { ResourceType } from '../schema.ts'
import { maskExpression } from '../secrets.ts'
import { type Fail, type Token, tokenise } from './lexer.ts'
import type { Filter } from './tree.ts'

/** What to do with an attribute the type does not have: refuse the filter, or read it as one without a value. */
export interface FilterOptions {
  unknownAttributes?: 'refuse' | 'noValue'
}

/** Finds what a name in the filter stands for; none where the type has no such attribute. */
type Scope = (name: string) => AttributePath | undefined

/** A text being read: where we are, how deep, and how many nodes were made of it. */
export interface Cursor {
  tokens: Token[]
  next: number
  depth: number
  nodes: number
  type: ResourceType
  scope: Scope
  unknownAttributes: 'refuse' | 'noValue'
  fail: Fail
}

/** Cuts the text into tokens; `subject` is what errors call it. */
export function openCursor(
  text: string,
  type: ResourceType,
  subject: 'filter' | 'path',
  { unknownAttributes = 'refuse' }: FilterOptions = {},
): Cursor {
  if (text.length > MAX_FILTER_LENGTH) throw textTooLong(subject, text)
  const fail: Fail = (at, expected) => {
    const shown = maskExpression(text)
    const found = at < text.length ? quote(shown === text ? text.slice(at, at + 20) : shown) : 'the end'
    throw invalidFilter(
      `Cannot read ${subject} ${quote(shown)}: expected ${expected} at character ${at + 1}, found ${found}`,
    )
  }
  const scope: Scope = (name) => findFilterable(type, name, unknownAttributes)
  return { tokens: tokenise(text, fail), next: 0, depth: 0, nodes: 0, type, scope, unknownAttributes, fail }
}

/** The token that comes next, the end mark at the end. */
export function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.next] as Token
}

/** Takes the next token, which must be of this kind; the end mark is never passed. */
export function take(cursor: Cursor, kind: Token['kind'], expected: string): Token {
  const token = peek(cursor)
  if (token.kind !== kind) cursor.fail(token.at, expected)
  if (kind !== 'end') cursor.next += 1
  return token
}

/** Counts a level of nesting, which the caller gives back. @throws {ScimError} 400 invalidFilter past the limit. */
export function descend(cursor: Cursor): void {
  cursor.depth += 1
  if (cursor.depth > MAX_FILTER_DEPTH) throw tooComplex(`nests deeper than ${MAX_FILTER_DEPTH} levels`)
}

/** Counts a node of the tree. @throws {ScimError} 400 invalidFilter past the limit. */
export function addNode<Node extends Filter>(cursor: Cursor, node: Node): Node {
  if (++cursor.nodes > MAX_FILTER_NODES) throw tooComplex(`has more than ${MAX_FILTER_NODES} terms and operators`)
  return node
}

/** What is never returned must not be found out by asking either (CHECKLIST FIL-13); RFC 7644 table 9 has a word for it. */
function findFilterable(type: ResourceType, name: string, unknown: 'refuse' | 'noValue'): AttributePath | undefined {
  const path = resolveAttributePath(type, name)
  if (!path?.attribute) return undefined
  if (path.attribute.returned !== 'never') return path
  if (unknown === 'noValue') return undefined
  const detail = `Cannot filter by ${path.attribute.name}: it is neither compared nor shown; leave it out of the filter`
  throw new ScimError(403, 'sensitive', detail)
}

function textTooLong(subject: string, text: string) {
  const limit = `${text.length} characters are more than ${MAX_FILTER_LENGTH}`
  return invalidFilter(`Cannot read ${subject} ${quoteExpression(text)}: ${limit}; ask for less at once`)
}

function tooComplex(what: string) {
  return invalidFilter(`Cannot read the filter: it ${what}; ask for less at once`)
}
