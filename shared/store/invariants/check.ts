import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { ResourceType } from '../../scim/schema.ts'
import type { Db } from '../client.ts'
import { type Counted, countOwners, judgeCounters, loadCounters } from './counters.ts'
import { checkHeads } from './heads.ts'
import { checkMemberships } from './memberships.ts'
import { checkNames } from './names.ts'
import { checkObjects } from './objects.ts'
import { checkRoleNames } from './role-names.ts'
import type { Looked, Violation } from './violation.ts'

/** Where the check goes on: its part, the place within it, and what was counted so far. */
export interface CheckPlace {
  part: number
  after?: string | undefined
  /** Objects, names and memberships looked at. */
  checked: number
  /** Objects with attributes that were changed by hand, and that their owner's identity provider has not sent since. */
  direct: number
  /** Of the part at hand: objects by owner, and the print of the counters at its beginning. */
  counted: Counted
  print: string
  /** Whether they are counted once more, since the counters said something else. */
  isRecount: boolean
}

export const BEGINNING: CheckPlace = { part: 0, checked: 0, direct: 0, counted: {}, print: '', isRecount: false }

/** A step of the check. */
export interface CheckStep {
  violations: Violation[]
  place: CheckPlace
  /** Whether that was all. */
  isDone: boolean
}

interface Range {
  after?: string | undefined
  limit: number
}

interface Part {
  name: string
  run(db: Db, account: string, range: Range, place: CheckPlace): Promise<Looked & Partial<CheckPlace>>
}

/** What a step looks at, at most, before it answers; and how much at once. */
const STEP = 500
const AT_ONCE = 100

/** Where objects are counted once more: before the first. */
const AGAIN = ''

/** Objects of a type and, behind the last, its counters. */
const objectsOf = (type: ResourceType, name: string): Part => ({
  name,
  run: async (db, account, range, { direct, isRecount, ...known }) => {
    const isFirst = range.after === undefined || range.after === AGAIN
    const print = isFirst ? (await loadCounters(db, account, type)).print : known.print
    const after = isFirst ? {} : { after: range.after }
    const looked = await checkObjects(db, account, type, { limit: range.limit, ...after })
    const counted = countOwners(isFirst ? {} : known.counted, looked.owners)
    const { reached } = looked
    const place = { counted, print, isRecount, direct: direct + (isRecount ? 0 : looked.direct) }
    const checked = isRecount ? 0 : looked.checked
    const violations = isRecount ? [] : looked.violations
    if (reached !== undefined) return { ...place, violations, checked, reached }
    const counters = await loadCounters(db, account, type)
    // What came and went meanwhile may be counted or not, so nobody can tell; by chance the print may be the same.
    const wrong = counters.print === print ? judgeCounters(type, counted, counters.says) : []
    if (wrong.length > 0 && !isRecount) return { ...place, violations, checked, reached: AGAIN, isRecount: true }
    return { ...place, violations: [...violations, ...wrong], checked, reached, isRecount: false }
  },
})

const namesOf = (type: ResourceType): Part[] =>
  [type.uniqueName, ...type.furtherNames.map((further) => further.attribute)].map((attribute) => ({
    name: `names (${attribute})`,
    run: (db, account, range) => checkNames(db, account, { type, attribute }, range),
  }))

const { User, Group } = RESOURCE_TYPES
const PARTS: readonly Part[] = [
  objectsOf(User, 'users'),
  objectsOf(Group, 'roles'),
  ...namesOf(User),
  ...namesOf(Group),
  { name: 'names of provisioner roles', run: checkRoleNames },
  { name: 'memberships', run: (db, account, range) => checkMemberships(db, account, range) },
  { name: 'unfinished work', run: checkHeads },
]

/** The parts of the check, in their order. */
export const CHECK_PARTS: readonly string[] = PARTS.map(({ name }) => name)

/**
 * Looks at a part of an account for what no request, fault or kill may leave behind (docs/data-model.md), from a place on:
 * some 500 objects, names or memberships. Reads alone; what changes while it is looked at is no finding.
 */
export async function checkStep(db: Db, account: string, begin: CheckPlace): Promise<CheckStep> {
  const violations: Violation[] = []
  let place = begin
  for (let checked = 0; checked < STEP; ) {
    const part = PARTS[place.part]
    if (!part) return { violations, place, isDone: true }
    const looked = await part.run(db, account, { after: place.after, limit: AT_ONCE }, place)
    const { reached: after, violations: found, ...known } = looked
    violations.push(...found)
    checked += Math.max(1, looked.checked)
    place = { ...place, ...known, after, checked: place.checked + looked.checked }
    if (after === undefined) place = { ...place, part: place.part + 1 }
  }
  return { violations, place, isDone: place.part >= PARTS.length }
}

/** All of an account, step by step. */
export async function checkAll(db: Db, account: string): Promise<Violation[]> {
  const violations: Violation[] = []
  for (let step: CheckStep | undefined; !step?.isDone; ) {
    step = await checkStep(db, account, step?.place ?? BEGINNING)
    violations.push(...step.violations)
  }
  return violations
}
