import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { Trail } from '../../../shared/audit/trail.ts'
import { eventRecorder, recorded } from '../../../shared/http/recorded.ts'
import { notFound, ScimError } from '../../../shared/scim/error.ts'
import type { Db } from '../../../shared/store/client.ts'
import { OutOfTime } from '../../../shared/store/deadline.ts'
import { anEvent } from '../../factories/events.ts'

const AT = new Date('2026-08-31T10:00:00.123Z')
const { status: _, ...start } = anEvent(AT)
const durationMs = expect.any(Number)
const UNRECORDED = {
  ...{ status: 503, headers: { 'retry-after': '5' } },
  message:
    'The request cannot be answered, since its audit event could not be stored; nothing was changed; retry after the seconds named in Retry-After',
}

const lines: unknown[] = []
beforeEach(() => {
  lines.length = 0
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(JSON.parse(String(text))) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
})
/** The line of an event that could not be stored, which is its metric. */
const failure = {
  ...{ level: 'ERROR', message: 'event not stored', requestId: 'r1', AuditFailures: 1 },
  _aws: { CloudWatchMetrics: [{ Dimensions: [['service']], Metrics: [{ Name: 'AuditFailures', Unit: 'Count' }] }] },
}

/** A request under way, with a store that fails so many times. */
function request({ failures = 0, found }: { failures?: number; found?: number } = {}) {
  const trail = new Trail({ ...start, requestId: 'r1' })
  const stored: RestEvent[] = []
  const reported: unknown[] = []
  const putEvent = async (_db: Db, event: RestEvent) => {
    if (failures-- > 0) throw new Error('No table')
    stored.push(event)
    return found ?? event.status
  }
  const report = (error: unknown) => reported.push(error)
  const recorder = eventRecorder<{ status: number }>({ trail, db: {} as Db, putEvent, report }, ({ status }) => status)
  return { trail, stored, reported, recorder }
}

describe('recorded()', () => {
  test('stores the event of what changed nothing, and answers', async () => {
    const { trail, stored, recorder } = request()
    expect(await recorded(recorder, async () => ({ status: 200 }))).toEqual({ answer: { status: 200 } })
    expect([trail.recorded, stored]).toEqual([true, [{ ...start, requestId: 'r1', status: 200, durationMs }]])
    expect(lines).toEqual([])
  })

  test('says a refusal, and stores it as the event', async () => {
    const { stored, recorder } = request()
    const refusal = notFound('There is no User with id "x"')
    expect(await recorded(recorder, () => Promise.reject(refusal))).toEqual({ refusal })
    const detail = 'There is no User with id "x"'
    expect(stored).toEqual([{ ...start, requestId: 'r1', status: 404, detail, durationMs }])
  })

  test('stores after how many seconds the client was asked to come again', async () => {
    const { stored, recorder } = request()
    const refusal = new ScimError(429, undefined, 'Too much at once', { headers: { 'retry-after': '2' } })
    await recorded(recorder, () => Promise.reject(refusal))
    const event = { ...start, requestId: 'r1', status: 429, detail: 'Too much at once', retryAfter: 2, durationMs }
    expect(stored).toEqual([event])
  })

  test('stores no second event where a change has stored its own, not even when the answer then fails', async () => {
    const { trail, stored, recorder } = request()
    const outcome = await recorded(recorder, async () => {
      await trail.record({ status: 201 }, async () => {})
      throw new TypeError('after the commit')
    })
    expect(outcome).toMatchObject({ refusal: { status: 500 } })
    expect(stored).toEqual([])
  })

  test('answers 503 where the event cannot be stored, whether the request succeeded or not', async () => {
    for (const run of [async () => ({ status: 200 }), () => Promise.reject(notFound('Gone'))]) {
      const { trail, reported, recorder } = request({ failures: 1 })
      expect(await recorded(recorder, run)).toMatchObject({ refusal: UNRECORDED })
      expect(lines.splice(0)).toMatchObject([failure])
      expect([trail.recorded, reported]).toEqual([false, [new Error('No table')]])
    }
  })

  const AFTER = 'after the seconds named in Retry-After'
  const UNCHANGED = `The request ran out of time; nothing was changed; retry ${AFTER}`
  const COMMITTED = `The request ran out of time; the change is committed; read the resource ${AFTER}`
  const refusalSaying = (message: string) => ({ refusal: { status: 503, headers: { 'retry-after': '5' }, message } })
  const outOfTime = (sent: boolean) => () => Promise.reject(new OutOfTime(sent))

  test('says that a change is committed whose answer was not ready in time', async () => {
    const { trail, stored, recorder } = request()
    const outcome = await recorded(recorder, async () => {
      await trail.record({ status: 200 }, async () => {})
      throw new OutOfTime(false)
    })
    expect(outcome).toMatchObject(refusalSaying(COMMITTED))
    expect(stored).toEqual([])
  })

  test.each([
    ['before anything was sent', false, undefined, UNCHANGED],
    ['while it was under way, and did not get there', true, undefined, UNCHANGED],
    ['while it was under way, and got there', true, 200, COMMITTED],
  ])('finds out what became of a change when time ended %s', async (_when, sent, found, message) => {
    const { trail, stored, recorder } = request({ ...(found && { found }) })
    const outcome = await recorded(recorder, () => trail.record({ status: 200 }, outOfTime(sent)))
    expect(outcome).toMatchObject(refusalSaying(message))
    expect(stored).toMatchObject([{ status: 503, detail: UNCHANGED }])
  })

  test('leaves open what became of a change where its event cannot be stored, and of operations that had their own', async () => {
    const open = `could not be stored; the change may have been committed; read the resource, ${AFTER}, before you retry`
    const message = `The request cannot be answered, since its audit event ${open}`
    const one = request({ failures: 1 })
    const change = () => one.trail.record({ status: 200 }, outOfTime(true))
    expect(await recorded(one.recorder, change)).toMatchObject(refusalSaying(message))
    const bulk = request({ failures: 1 })
    bulk.trail.ofOperation({ eventId: 'e2', method: 'POST', endpoint: 'scim/v2/Users' })
    expect(await recorded(bulk.recorder, async () => ({ status: 200 }))).toMatchObject(refusalSaying(message))
  })

  test('waits for what is written alongside, and answers 503 where that fails', async () => {
    const { trail, recorder } = request()
    trail.alongside.push(() => Promise.reject(new Error('No mark')))
    expect(await recorded(recorder, async () => ({ status: 200 }))).toMatchObject({ refusal: UNRECORDED })
  })
})

describe('a trail', () => {
  test('is recorded when the write has succeeded, not earlier, and hands on what the write says', async () => {
    const { trail } = request()
    await expect(trail.record({ status: 200 }, () => Promise.reject(new Error('lost a race')))).rejects.toThrow('lost')
    expect(trail.recorded).toBe(false)
    const seen = await trail.record({ status: 200, changes: [] }, async (event) => [event.changes, trail.recorded])
    expect([seen, trail.recorded]).toEqual([[[], false], true])
  })

  test('tells how long it took since the request arrived, and so do the operations that are parts of it', async () => {
    const trail = new Trail({ ...start, requestId: 'r1' }, performance.now() - 60_000)
    const parts = [trail.ofOperation({ eventId: 'e2', total: 2 }), trail.ofObject('e3', 'e1')]
    for (const one of [trail, ...parts]) {
      const { durationMs: tookMs = 0 } = await one.record({ status: 200 }, async (event) => event)
      expect([tookMs >= 60_000, Number.isSafeInteger(tookMs)]).toEqual([true, true])
    }
  })
})
