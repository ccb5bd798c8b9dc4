import fc from 'fast-check'
import type { ScimResource } from '../../shared/scim/schema.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schemas/enterprise-user.ts'

/** A filter as the fuzzer thinks of it: independent of the engine's tree, evaluated by the plainest code there is. */
export type NaiveFilter =
  | { is: 'and' | 'or'; all: NaiveFilter[] }
  | { is: 'not'; one: NaiveFilter }
  | { is: 'term'; name: string; op: string; value: string | boolean | null }
  | { is: 'elements'; name: string; inside: NaiveFilter; also?: { name: string; op: string; value: string | null } }

type Kind = 'text' | 'exact' | 'bool' | 'date' | 'object'
interface Named {
  kind: Kind
  read: (from: Plain) => unknown
  /** What presence and null ask about, where that is more than the value that is compared. */
  whole?: (from: Plain) => unknown
}
type Plain = { readonly [name: string]: unknown }

const inside = (name: string) => (from: Plain) => from[name]
const each = (list: string, name: string) => (from: Plain) => asList(from[list]).map((item) => (item as Plain)[name])

/** What the fuzzer asks of users, and where a user keeps it. */
const ATTRIBUTES: Record<string, Named> = {
  userName: { kind: 'text', read: inside('userName') },
  title: { kind: 'text', read: inside('title') },
  nickName: { kind: 'text', read: inside('nickName') },
  id: { kind: 'exact', read: inside('id') },
  externalId: { kind: 'exact', read: inside('externalId') },
  active: { kind: 'bool', read: inside('active') },
  name: { kind: 'object', read: inside('name') },
  'name.familyName': { kind: 'text', read: (from) => (from.name as Plain | undefined)?.familyName },
  'urn:ietf:params:scim:schemas:core:2.0:User:name.givenName': {
    kind: 'text',
    read: (from) => (from.name as Plain | undefined)?.givenName,
  },
  emails: { kind: 'text', read: each('emails', 'value'), whole: inside('emails') },
  'emails.type': { kind: 'text', read: each('emails', 'type') },
  'emails.primary': { kind: 'bool', read: each('emails', 'primary') },
  'meta.created': { kind: 'date', read: (from) => (from.meta as Plain).created },
  [`${ENTERPRISE_USER}:department`]: {
    kind: 'text',
    read: (from) => (from[ENTERPRISE_USER] as Plain | undefined)?.department,
  },
  department: { kind: 'text', read: (from) => (from[ENTERPRISE_USER] as Plain | undefined)?.department },
  [`${ENTERPRISE_USER}:manager`]: {
    kind: 'exact',
    whole: (from) => (from[ENTERPRISE_USER] as Plain | undefined)?.manager,
    read: (from) => ((from[ENTERPRISE_USER] as Plain | undefined)?.manager as Plain | undefined)?.value,
  },
}

/** The sub-attributes of an e-mail. */
const PARTS: Record<string, Named> = {
  value: { kind: 'text', read: inside('value') },
  type: { kind: 'text', read: inside('type') },
  display: { kind: 'text', read: inside('display') },
  primary: { kind: 'bool', read: inside('primary') },
}

/** Whether the user passes the filter. */
export function naivelyMatches(filter: NaiveFilter, user: Plain, names = ATTRIBUTES): boolean {
  switch (filter.is) {
    case 'and':
      return filter.all.filter((one) => !naivelyMatches(one, user, names)).length === 0
    case 'or':
      return filter.all.filter((one) => naivelyMatches(one, user, names)).length > 0
    case 'not':
      return !naivelyMatches(filter.one, user, names)
    case 'term':
      return test(names[filter.name] as Named, filter.op, filter.value, user)
    case 'elements': {
      let found = asList(user[filter.name]).filter((item) => naivelyMatches(filter.inside, item as Plain, PARTS))
      const { also } = filter
      if (also) found = found.filter((item) => test(PARTS[also.name] as Named, also.op, also.value, item as Plain))
      return found.length > 0
    }
  }
}

function test({ kind, read, whole = read }: Named, op: string, wanted: unknown, from: Plain): boolean {
  const found = asList(op === 'pr' || wanted === null ? whole(from) : read(from))
  const values = found.length === 0 ? [undefined] : found
  return values.some((value) => testOne(kind, op, wanted, value))
}

function testOne(kind: Kind, op: string, wanted: unknown, value: unknown): boolean {
  if (op === 'pr') return !isBlank(value)
  if (wanted === null) return isMissing(value) === (op === 'eq')
  if (value === undefined) return op === 'ne'
  const [a, b] = [plain(kind, value), plain(kind, wanted)]
  if (op === 'eq' || op === 'ne') return (a === b) === (op === 'eq')
  if (op === 'gt' || op === 'ge' || op === 'lt' || op === 'le') {
    if (a === b) return op === 'ge' || op === 'le'
    return a > b ? op === 'gt' || op === 'ge' : op === 'lt' || op === 'le'
  }
  const at = op === 'ew' ? String(a).lastIndexOf(String(b)) : String(a).indexOf(String(b))
  if (op === 'co') return at >= 0
  return op === 'sw' ? at === 0 : at >= 0 && at + String(b).length === String(a).length
}

/** Nothing, or an object of nothing. */
function isMissing(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

/** Nothing, empty text, or an object of nothing else. */
function isBlank(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined || value === ''
  return Object.values(value).every(isBlank)
}

function plain(kind: Kind, value: unknown): string | number | boolean {
  if (kind === 'date') return Date.parse(String(value))
  return kind === 'text' ? String(value).toLowerCase() : (value as string | boolean)
}

function asList(value: unknown): unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

const TEXT = fc.constantFrom('', 'a', 'A', 'ab', 'Abc', 'bö', 'BÖ', 'x"y\\z', 'é', 'and', '[type]', '.*')
const DATES = fc.constantFrom(
  '2026-01-31T08:00:00Z',
  '2026-01-31T09:00:00+01:00',
  '2026-01-31T08:00:00.500Z',
  '2026-02-01T00:00:00.0000000Z',
)

const TEXT_OPS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const
const OPERATORS: Record<Kind, readonly string[]> = {
  text: TEXT_OPS,
  exact: TEXT_OPS,
  bool: ['eq', 'ne'],
  date: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  object: [],
}

function operand(kind: Kind): fc.Arbitrary<string | boolean> {
  if (kind === 'bool') return fc.boolean()
  return kind === 'date' ? DATES : TEXT
}

function term(names: Record<string, Named>): fc.Arbitrary<NaiveFilter & { is: 'term' }> {
  return fc.oneof(
    ...Object.entries(names).map(([name, { kind }]) => {
      const nothing = fc.constantFrom(
        ...['pr', 'eq', 'ne'].map((op) => ({ is: 'term', name, op, value: null }) as const),
      )
      if (kind === 'object') return nothing
      const compared = fc.record({
        is: fc.constant('term' as const),
        name: fc.constant(name),
        op: fc.constantFrom(...OPERATORS[kind]),
        value: operand(kind),
      })
      return fc.oneof({ weight: 4, arbitrary: compared }, { weight: 1, arbitrary: nothing })
    }),
  )
}

function tree(leaf: fc.Arbitrary<NaiveFilter>, depth: number): fc.Arbitrary<NaiveFilter> {
  if (depth === 0) return leaf
  const smaller = tree(leaf, depth - 1)
  const all = fc.array(smaller, { minLength: 2, maxLength: 3 })
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.record({ is: fc.constantFrom('and' as const, 'or' as const), all }) },
    { weight: 1, arbitrary: smaller.map((one): NaiveFilter => ({ is: 'not', one })) },
  )
}

const elements: fc.Arbitrary<NaiveFilter> = fc
  .record({
    name: fc.constant('emails'),
    inside: tree(term(PARTS), 1),
    also: fc.option(
      fc.record({ name: fc.constantFrom('value', 'type'), op: fc.constantFrom('eq', 'ne', 'sw'), value: TEXT }),
      { nil: undefined },
    ),
  })
  .map(({ name, inside, also }) => ({ is: 'elements', name, inside, ...(also && { also }) }))

/** Filters on users, nested to a few levels. */
export const naiveFilter: fc.Arbitrary<NaiveFilter> = tree(
  fc.oneof({ weight: 4, arbitrary: term(ATTRIBUTES) }, { weight: 1, arbitrary: elements }),
  2,
)

const present = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const email = fc.record({
  value: present(TEXT),
  type: present(TEXT),
  display: present(TEXT),
  primary: present(fc.boolean()),
})

/** Users that keep the values the filters ask for, or lack them. */
export const user: fc.Arbitrary<ScimResource> = fc
  .record({
    id: TEXT,
    userName: TEXT,
    title: present(TEXT),
    externalId: present(TEXT),
    active: present(fc.boolean()),
    name: present(fc.record({ familyName: TEXT, givenName: present(TEXT) })),
    emails: present(fc.array(email, { minLength: 1, maxLength: 3 })),
    meta: fc.record({ created: DATES }),
    [ENTERPRISE_USER]: present(fc.record({ department: TEXT, manager: present(fc.record({ value: TEXT })) })),
  })
  .map((value) => withoutGaps(value) as ScimResource)

/** The same without names whose value is undefined. */
function withoutGaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGaps)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutGaps(part)]))
}

/** Ways to write one filter: letter case of names and keywords, spaces, needless parentheses, escapes. */
export type Spelling = (choices: number) => number

/** The filter as text; `choose(n)` picks one of n ways to write each piece. */
export function spell(filter: NaiveFilter, choose: Spelling): string {
  const text = spellPlain(filter, choose)
  return choose(6) === 0 ? `(${text})` : text
}

function spellPlain(filter: NaiveFilter, choose: Spelling): string {
  const gap = () => (choose(5) === 0 ? '  ' : ' ')
  switch (filter.is) {
    case 'and':
    case 'or':
      return filter.all.map((one) => spellOperand(one, choose)).join(gap() + anyCase(filter.is, choose) + gap())
    case 'not':
      return `${anyCase('not', choose)}${choose(2) === 0 ? ' ' : ''}(${spell(filter.one, choose)})`
    case 'term':
      return spellTerm(filter.name, filter.op, filter.value, choose, gap)
    case 'elements': {
      const selected = `${anyCase(filter.name, choose)}[${spell(filter.inside, choose)}]`
      const { also } = filter
      return also ? `${selected}.${spellTerm(also.name, also.op, also.value, choose, gap)}` : selected
    }
  }
}

function spellOperand(filter: NaiveFilter, choose: Spelling): string {
  return filter.is === 'and' || filter.is === 'or' ? `(${spellPlain(filter, choose)})` : spell(filter, choose)
}

function spellTerm(name: string, op: string, value: unknown, choose: Spelling, gap: () => string): string {
  const start = anyCase(name, choose) + gap() + anyCase(op, choose)
  return op === 'pr' ? start : start + gap() + spellValue(value, choose)
}

function spellValue(value: unknown, choose: Spelling): string {
  if (typeof value === 'boolean' && choose(3) === 0) return JSON.stringify(anyCase(String(value), choose))
  const json = JSON.stringify(value)
  return typeof value === 'string' && choose(4) === 0 ? json.replace('a', '\\u0061') : json
}

function anyCase(word: string, choose: Spelling): string {
  switch (choose(4)) {
    case 0:
      return word.toUpperCase()
    case 1:
      return word.toLowerCase()
    default:
      return word
  }
}
