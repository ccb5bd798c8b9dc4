import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { ScimError } from '../../shared/scim/error.ts'
import { matchesFilter } from '../../shared/scim/filter/match.ts'
import { parseFilter } from '../../shared/scim/filter/parser.ts'
import { planFilter } from '../../shared/scim/filter/plan.ts'
import { printFilter } from '../../shared/scim/filter/print.ts'
import type { Filter } from '../../shared/scim/filter/tree.ts'
import { resourceTypes } from '../../shared/scim/resource-types.ts'
import type { ScimResource } from '../../shared/scim/schema.ts'
import { withoutHanging } from './cpu-time.ts'
import { naiveFilter, naivelyMatches, spell, user } from './naive-filter.ts'

const { User } = resourceTypes('GENERIC')

/** A filter, a user, and whether it should match; nothing is expected of a damaged filter. */
interface Input {
  text: string
  resource: ScimResource
  expected: boolean | undefined
}

/** Picks one of n, over and over, by a number that fast-check can shrink. */
function chooser(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 16) % n
  }
}

/** A filter the engine must read, and on which it must agree with the naive evaluator. */
const wellFormed = fc.tuple(naiveFilter, fc.nat(), user).map(([filter, seed, resource]) => {
  const text = spell(filter, chooser(seed))
  return { text, resource, expected: naivelyMatches(filter, resource) }
})

const scrap = fc.oneof(
  fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '"',
    '\\',
    ' ',
    '.',
    ':',
    ' and ',
    ' or ',
    'not ',
    ' eq ',
    ' pr',
    'null',
    '\u0000',
    '\ud800',
  ),
  fc.string({ maxLength: 4, unit: 'binary' }),
)

/** The same damaged: a piece cut out, put in twice, or replaced by scrap. */
const damaged = fc
  .tuple(wellFormed, fc.array(fc.tuple(fc.nat(), fc.nat(6), scrap), { minLength: 1, maxLength: 3 }))
  .map(([{ text, resource }, wounds]) => ({ text: wounds.reduce(wound, text), resource, expected: undefined }))

function wound(text: string, [where, length, put]: [number, number, string]): string {
  const at = text.length === 0 ? 0 : where % text.length
  return text.slice(0, at) + put + text.slice(at + length)
}

const input: fc.Arbitrary<Input> = fc.oneof({ weight: 2, arbitrary: wellFormed }, damaged)

/** One property over both kinds of text: read or refused as a SCIM error, printed to itself, matched as expected. */
export const filterProperty = fc.property(input, (one) => withoutHanging(() => tryFilter(one)))

function tryFilter({ text, resource, expected }: Input): void {
  const filter = readOrRefuse(text)
  if (!filter && expected !== undefined) throw new Error(`refused ${text}`)
  if (!filter) return
  const matched = matchesFilter(filter, resource)
  if (expected !== undefined && matched !== expected) {
    throw new Error(`engine says ${matched}: ${text} of ${JSON.stringify(resource)}`)
  }
  planFilter(filter, User)
  const printed = printFilter(filter)
  if (!isDeepStrictEqual(parseFilter(printed, User), filter)) throw new Error(`${text} prints as ${printed}`)
}

function readOrRefuse(text: string): Filter | undefined {
  try {
    return parseFilter(text, User)
  } catch (error) {
    if (error instanceof ScimError && error.status === 400 && error.scimType === 'invalidFilter') return undefined
    throw error
  }
}
