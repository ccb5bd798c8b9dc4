import { parseDateTime } from '../date-time.ts'
import type { Attribute, AttributeType } from '../schema.ts'
import type { CompareOperator, Operand } from './tree.ts'

export const COMPARE_OPERATORS: readonly CompareOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']

const EQUALITY = COMPARE_OPERATORS.slice(0, 2)
const ORDERING = COMPARE_OPERATORS.slice(5)
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const KEYWORDS = new Map<string, Operand>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** What each type can be compared by; ordering booleans or binary is an error (RFC 7644 §3.4.2.2). */
const OPERATORS: Record<AttributeType, readonly CompareOperator[]> = {
  string: COMPARE_OPERATORS,
  reference: COMPARE_OPERATORS,
  binary: COMPARE_OPERATORS.slice(0, 5),
  boolean: EQUALITY,
  dateTime: [...EQUALITY, ...ORDERING],
  integer: [...EQUALITY, ...ORDERING],
  decimal: [...EQUALITY, ...ORDERING],
  complex: EQUALITY,
}

/** The value of an unquoted word: a number, `true`, `false` or `null`, spelled as JSON does; otherwise none. */
export function parseLiteral(word: string): Operand | undefined {
  if (KEYWORDS.has(word)) return KEYWORDS.get(word)
  const number = NUMBER.test(word) ? Number(word) + 0 : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

/** What should stand in place of an operator that this attribute does not have, or nothing when it fits. */
export function expectedOperator(attribute: Attribute, operator: CompareOperator): string | undefined {
  const operators = OPERATORS[attribute.type]
  return operators.includes(operator) ? undefined : `one of ${operators.join(', ')}, pr (${withType(attribute)})`
}

/** What should stand in place of a value this attribute cannot have, or nothing when it fits. */
export function expectedOperand(attribute: Attribute, operator: CompareOperator, value: Operand): string | undefined {
  if (value === null) return EQUALITY.includes(operator) ? undefined : `a value (null goes with ${EQUALITY.join(', ')})`
  switch (attribute.type) {
    case 'boolean':
      return typeof toBoolean(value) === 'boolean' ? undefined : `true or false (${withType(attribute)})`
    case 'integer':
    case 'decimal':
      return typeof value === 'number' ? undefined : `a number (${withType(attribute)})`
    case 'dateTime':
      return isDateTime(value) ? undefined : `a quoted date and time such as "2026-01-31T08:00:00Z"`
    case 'complex':
      return `null, or a sub-attribute before the operator (${withType(attribute)})`
    default:
      return typeof value === 'string' ? undefined : `a quoted string (${withType(attribute)})`
  }
}

/** The operand as the attribute holds it: IdPs quote booleans (Entra). */
export function toOperand(attribute: Attribute, value: Operand): Operand {
  return attribute.type === 'boolean' ? toBoolean(value) : value
}

function toBoolean(value: Operand): Operand {
  const word = typeof value === 'string' ? value.toLowerCase() : value
  if (word === 'true') return true
  return word === 'false' ? false : value
}

function isDateTime(value: Operand): boolean {
  return typeof value === 'string' && parseDateTime(value) !== undefined
}

function withType({ name, type }: Attribute): string {
  return `${name} is of type ${type}`
}
