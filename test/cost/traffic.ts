import { HABITS, MONTH_DAYS } from './assumptions.ts'
import { ANSWERS, EVENTS, type Stored } from './bytes.ts'
import type { Operation } from './operations.ts'
import type { Size } from './settings.ts'

/** Requests of one kind in a month. */
export interface Calls {
  what: string
  operation: Operation
  /** Method and path: the gateway has metrics of each. */
  route: string
  count: number
  event: Stored
  answerBytes: number
  /** Whether an integration's brake counts it. */
  isBraked?: boolean
}

type Kind = Omit<Calls, 'count'>

const FIND = { operation: 'find', route: 'GET /Users', event: EVENTS.read, answerBytes: ANSWERS.one } as const
const CHANGE = {
  operation: 'change',
  route: 'PATCH /Users/{id}',
  event: EVENTS.change,
  answerBytes: ANSWERS.one,
} as const

const KINDS = {
  probe: { what: 'begins a cycle', ...FIND, answerBytes: ANSWERS.none },
  find: { what: 'looks for a user', ...FIND },
  change: { what: 'changes a user', ...CHANGE },
  deactivate: { what: 'deactivates a user', ...CHANGE, isBraked: true },
  create: {
    ...{ what: 'creates a user', operation: 'create', route: 'POST /Users' },
    event: EVENTS.change,
    answerBytes: ANSWERS.one,
  },
  getGroup: {
    ...{ what: 'looks at a group', operation: 'getGroup', route: 'GET /Groups/{id}' },
    event: EVENTS.read,
    answerBytes: ANSWERS.none,
  },
  member: {
    ...{ what: 'adds or removes a member', operation: 'addMember', route: 'PATCH /Groups/{id}' },
    event: EVENTS.change,
    answerBytes: ANSWERS.none,
  },
  page: {
    ...{ what: 'reads a page of 100 users', operation: 'page', route: 'GET /Users' },
    event: EVENTS.read,
    answerBytes: ANSWERS.page,
  },
} as const satisfies Record<string, Kind>

type Counts = Partial<Record<keyof typeof KINDS, number>>

const toCalls = (counts: Counts): Calls[] =>
  Object.entries(counts).map(([kind, count]) => ({ ...(KINDS[kind as keyof typeof KINDS] as Kind), count }))

/**
 * What the identity providers send in a month. What their changes leave of the requests looks for users, each in turn: so
 * many times a day everybody is compared. Where the changes alone are more than that, all are fewer in proportion.
 */
export function monthOf({ users, requestsPerDay, integrations }: Size): Calls[] {
  const { cyclesPerDay, changed, moved, joined, left, groupsOfUser, wholeListsPerDay } = HABITS
  const memberships = users * (moved + joined * groupsOfUser)
  const changes: Counts = {
    probe: cyclesPerDay * integrations,
    page: Math.ceil(users / 100) * wholeListsPerDay,
    change: users * changed,
    deactivate: users * left,
    create: users * joined,
    getGroup: memberships,
    member: memberships,
  }
  // Whoever is changed, created or deactivated is looked for first.
  const looks = users * (changed + left + joined)
  const sum = Object.values(changes).reduce((total, count) => total + count, looks)
  const share = Math.min(1, requestsPerDay / sum)
  const find = looks + Math.max(0, requestsPerDay - sum)
  const day: Counts = { find, ...changes }
  return toCalls(
    Object.fromEntries(Object.entries(day).map(([kind, count]) => [kind, count * share * MONTH_DAYS])) as Counts,
  )
}

/** The first sync: everybody is looked for and created, and each membership comes in a PATCH of its own, the dearest way. */
export const firstSyncOf = ({ users }: Size): Calls[] =>
  toCalls({ find: users, create: users, member: users * HABITS.groupsOfUser })

/** How often a day everybody is looked for. */
export const looksPerDay = (size: Size): number =>
  (monthOf(size).find(({ what }) => what === KINDS.find.what)?.count ?? 0) / MONTH_DAYS / size.users
