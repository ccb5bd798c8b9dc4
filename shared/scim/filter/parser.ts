import { type AttributePath, expectedName } from '../attribute-path.ts'
import { type Attribute, findAttribute, type ResourceType } from '../schema.ts'
import type { Token } from './lexer.ts'
import { COMPARE_OPERATORS, expectedOperand, expectedOperator, parseLiteral, toOperand } from './operand.ts'
import { addNode, type Cursor, descend, type FilterOptions, openCursor, peek, take } from './token-cursor.ts'
import type { CompareOperator, Comparison, Elements, Filter, FilterPath, Operand, Presence } from './tree.ts'

/**
 * Reads a filter of resources of this type (RFC 7644 §3.4.2.2), in linear time and within the limits of `limits.ts`.
 * @throws {ScimError} 400 invalidFilter that says where reading stopped and what was expected there.
 */
export function parseFilter(text: string, type: ResourceType, options: FilterOptions = {}): Filter {
  const cursor = openCursor(text, type, 'filter', options)
  const filter = parseOr(cursor)
  if (peek(cursor).kind !== 'end') cursor.fail(peek(cursor).at, 'and, or, or the end')
  return filter
}

/** Reads what stands between `[` and `]` after a multi-valued attribute, both brackets included. */
export function parseElementFilter(cursor: Cursor, attribute: Attribute | undefined): Filter {
  const { scope } = cursor
  const parts = attribute ? (attribute.subAttributes ?? [toImpliedValue(attribute)]) : []
  cursor.scope = (name) => {
    const found = findAttribute(parts, name)
    return found && { attribute: found }
  }
  const filter = parseEnclosed(cursor, '[', ']')
  cursor.scope = scope
  return filter
}

/** The elements of a list of texts are asked about as `value`. */
function toImpliedValue(attribute: Attribute): Attribute {
  return { ...attribute, name: 'value', multiValued: false }
}

function parseOr(cursor: Cursor): Filter {
  return parseOperands(cursor, 'or', parseAnd)
}

function parseAnd(cursor: Cursor): Filter {
  return parseOperands(cursor, 'and', parseTerm)
}

function parseOperands(cursor: Cursor, kind: 'and' | 'or', parseOperand: (cursor: Cursor) => Filter): Filter {
  const first = parseOperand(cursor)
  if (!isWord(peek(cursor), kind)) return first
  const operands = [first]
  while (isWord(peek(cursor), kind)) {
    cursor.next += 1
    operands.push(parseOperand(cursor))
  }
  return addNode(cursor, { kind, operands })
}

function parseTerm(cursor: Cursor): Filter {
  const token = peek(cursor)
  if (token.kind === '(') return parseEnclosed(cursor, '(', ')')
  if (!isWord(token, 'not')) return parseAttributeTerm(cursor)
  cursor.next += 1
  return addNode(cursor, { kind: 'not', operand: parseEnclosed(cursor, '(', ')') })
}

function parseEnclosed(cursor: Cursor, open: '(' | '[', close: ')' | ']'): Filter {
  take(cursor, open, `"${open}"`)
  descend(cursor)
  const filter = parseOr(cursor)
  take(cursor, close, `and, or, or "${close}"`)
  cursor.depth -= 1
  return filter
}

function parseAttributeTerm(cursor: Cursor): Filter {
  const token = take(cursor, 'word', 'an attribute, not or "("')
  const found = cursor.scope(token.text)
  if (!found && cursor.unknownAttributes === 'refuse') cursor.fail(token.at, expectedAttribute(cursor, token))
  const path: FilterPath = found ?? { unknown: token.text }
  if (peek(cursor).kind === '[' && peek(cursor).at === token.end) return parseElementsTerm(cursor, path, token)
  return parseOperator(cursor, path)
}

function expectedAttribute({ type }: Cursor, { text }: Token): string {
  return expectedName(type, text) ?? `an attribute of ${type.name}`
}

function parseElementsTerm(cursor: Cursor, path: FilterPath, token: Token): Filter {
  const attribute = 'unknown' in path || path.subAttribute ? undefined : path.attribute
  if (!('unknown' in path) && attribute?.type !== 'complex') cursor.fail(token.end, 'an operator')
  const filter = parseElementFilter(cursor, attribute)
  const elements: Elements | undefined = 'unknown' in path ? undefined : { kind: 'elements', path, filter }
  const suffix = parseElementsSuffix(cursor, attribute)
  if (suffix && elements) elements.also = parseOperator(cursor, suffix)
  else if (suffix) parseOperator(cursor, suffix)
  return addNode(cursor, elements ?? { kind: 'present', path })
}

/** The `.value` after `emails[type eq "work"]`, if there is one. */
function parseElementsSuffix(cursor: Cursor, attribute: Attribute | undefined): FilterPath | undefined {
  const token = peek(cursor)
  const bracket = cursor.tokens[cursor.next - 1] as Token
  if (token.kind !== 'word' || token.at !== bracket.end || !token.text.startsWith('.')) return undefined
  cursor.next += 1
  const name = token.text.slice(1)
  const found = findAttribute(attribute?.subAttributes ?? [], name)
  if (found) return { attribute: found }
  if (cursor.unknownAttributes === 'refuse') cursor.fail(token.at, `a sub-attribute of ${attribute?.name}`)
  return { unknown: name }
}

function parseOperator(cursor: Cursor, path: FilterPath): Comparison | Presence {
  const token = take(cursor, 'word', `an operator (${COMPARE_OPERATORS.join(', ')}, pr)`)
  const word = token.text.toLowerCase()
  if (word === 'pr') return addNode(cursor, { kind: 'present', path })
  const operator = COMPARE_OPERATORS.find((known) => known === word)
  if (!operator) return cursor.fail(token.at, `an operator (${COMPARE_OPERATORS.join(', ')}, pr)`)
  return addNode(cursor, parseComparison(cursor, path, operator, token))
}

function parseComparison(cursor: Cursor, path: FilterPath, operator: CompareOperator, token: Token): Comparison {
  const value = parseOperand(cursor)
  if ('unknown' in path) return { kind: 'compare', path, operator, value }
  const compared = value === null ? path : withImpliedValue(path)
  const attribute = compared.subAttribute ?? compared.attribute
  const operand = cursor.tokens[cursor.next - 1] as Token
  const wrongOperator = expectedOperator(attribute, operator)
  if (wrongOperator) cursor.fail(token.at, wrongOperator)
  const wrongOperand = expectedOperand(attribute, operator, value)
  if (wrongOperand) cursor.fail(operand.at, wrongOperand)
  return { kind: 'compare', path: compared, operator, value: toOperand(attribute, value) }
}

function parseOperand(cursor: Cursor): Operand {
  const token = peek(cursor)
  const expected = 'a quoted string, a number, true, false or null'
  if (token.kind !== 'word' && token.kind !== 'string') return cursor.fail(token.at, expected)
  cursor.next += 1
  if (token.kind === 'string') return token.text
  const value = parseLiteral(token.text)
  return value === undefined ? cursor.fail(token.at, expected) : value
}

/** `emails co "x"` means `emails.value co "x"` (RFC 7644 §3.4.2.2). */
function withImpliedValue(path: AttributePath): AttributePath {
  if (path.subAttribute || path.attribute.type !== 'complex') return path
  const subAttribute = findAttribute(path.attribute.subAttributes ?? [], 'value')
  return subAttribute ? { ...path, subAttribute } : path
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === word
}
