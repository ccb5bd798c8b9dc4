import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RestEvent } from '../../../../shared/audit/rest-event.ts'
import { parseCursor, presentCursor } from '../../../../shared/resources/feed/cursor.ts'
import { SETTLED_MS } from '../../../../shared/resources/feed/poll.ts'
import { type FeedPosition, type Look, tell } from '../../../../shared/resources/feed/tell.ts'
import { eventSortKey, type StoredEvent } from '../../../../shared/store/events/item.ts'
import { newId } from '../../../../shared/store/new-id.ts'
import { anEvent } from '../../../factories/events.ts'

const T0 = Date.parse('2026-08-31T23:59:00.000Z')
const SHARDS = 4
/** The longest time from the beginning of a request to its commit. */
const SLOWEST_MS = 29_000

/** A change as the simulated table has it: visible from its commit on. */
interface Committed {
  stored: StoredEvent
  committedAt: number
  shard: number
}

interface Write {
  object: number
  begunAt: number
  tookMs: number
  kind: 'version' | 'turn'
  shard: number
}

const aWrite = (endsAt: number, slowestMs: number): fc.Arbitrary<Write> =>
  fc.record({
    object: fc.nat(2),
    begunAt: fc.nat(endsAt),
    tookMs: fc.oneof(fc.nat(100), fc.nat(slowestMs)),
    kind: fc.constantFrom('version', 'version', 'turn'),
    shard: fc.nat(SHARDS - 1),
  }) as fc.Arbitrary<Write>

/** What the transactions leave behind, in the order of their commits: versions count, turns only grow. */
function commitAll(writes: Write[]): Committed[] {
  const objects = new Map<number, { version: number; turn: number }>()
  const inOrder = [...writes].sort((a, b) => a.begunAt + a.tookMs - (b.begunAt + b.tookMs))
  return inOrder.map(({ object, begunAt, tookMs, kind, shard }) => {
    const before = objects.get(object) ?? { version: 0, turn: 0 }
    const turn = kind === 'turn' && before.version > 0 ? Math.max(T0 + begunAt, before.turn + 1) : before.turn
    const after = { version: before.version + 1, turn }
    objects.set(object, after)
    const order: Partial<RestEvent> =
      turn > before.turn ? { turn } : { version: after.version, ...(turn > 0 && { turn }) }
    const at = new Date(T0 + begunAt)
    const event = anEvent(at, { eventId: newId(at), resourceId: `o${object}`, resourceDomain: 'ROLE', ...order })
    const stored = { event, sortKey: eventSortKey(event.time, event.eventId), ttlSeconds: 0 }
    return { stored, committedAt: T0 + begunAt + tookMs, shard }
  })
}

/** One look: the shards one after the other, at instants of their own, each strongly consistent. */
function lookAt(committed: Committed[], behind: string, begunAt: number, lags: number[]): StoredEvent[] {
  const readAt = (shard: number) => begunAt + (lags[shard] ?? 0)
  return committed
    .filter(({ stored, committedAt, shard }) => stored.sortKey > behind && committedAt <= readAt(shard))
    .map(({ stored }) => stored)
}

interface Poll {
  afterMs: number
  lags: number[]
  limit: number
  marks: number
}

const aPoll = (gapMs: number): fc.Arbitrary<Poll> =>
  fc.record({
    afterMs: fc.nat(gapMs),
    lags: fc.array(fc.nat(400), { minLength: SHARDS, maxLength: SHARDS }),
    limit: fc.integer({ min: 1, max: 20 }),
    marks: fc.constantFrom(0, 1, 4, 256),
  })

/** Polls until everything was told, by a cursor that goes through its text each time. */
function follow(committed: Committed[], polls: Poll[]): string[] {
  const told: string[] = []
  let position: FeedPosition = { place: new Date(T0 - 1).toISOString(), told: new Set() }
  let now = T0
  const late = { afterMs: 60_000, lags: [], limit: 20, marks: 256 }
  for (let n = 0; n < polls.length + committed.length + 2; n++) {
    const { afterMs, lags, limit, marks } = polls[n] ?? late
    now += afterMs
    const settled = `${new Date(now - SETTLED_MS).toISOString()}$`
    const settledTo = settled > position.place ? settled : position.place
    const changes = lookAt(committed, position.place, now, lags)
    now += Math.max(0, ...lags)
    const again = lookAt(committed, settledTo, now, lags)
    now += Math.max(0, ...lags)
    const look: Look = { changes, settledTo, again }
    const answer = tell(position, look, { events: limit, marks })
    told.push(...answer.events.map(({ eventId }) => eventId))
    position = parseCursor(presentCursor(answer.position))
  }
  return told
}

test.each([
  ['while many commit at once', { endsAt: 2_000, slowestMs: 300, gapMs: 200 }],
  ['however slow the commits are', { endsAt: 60_000, slowestMs: SLOWEST_MS, gapMs: 8_000 }],
])('each change is told once and those of an object in the order of commits, %s', (_, { endsAt, slowestMs, gapMs }) => {
  const run = fc.property(
    fc.array(aWrite(endsAt, slowestMs), { maxLength: 40, size: 'max' }),
    fc.array(aPoll(gapMs), { maxLength: 30, size: 'max' }),
    (writes, polls) => {
      const committed = commitAll(writes)
      const told = follow(committed, polls)
      expect([...told].sort()).toEqual(committed.map(({ stored }) => stored.event.eventId).sort())
      for (const object of ['o0', 'o1', 'o2']) {
        const ids = committed.flatMap(({ stored: { event } }) => (event.resourceId === object ? [event.eventId] : []))
        expect(told.filter((id) => ids.includes(id))).toEqual(ids)
      }
    },
  )
  fc.assert(run, { numRuns: 300 })
})
