import { describe, expect, test } from 'vitest'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { Trail } from '../../../shared/audit/trail.ts'
import { eventRecorder, recorded } from '../../../shared/http/recorded.ts'
import { notFound } from '../../../shared/scim/error.ts'
import type { Db } from '../../../shared/store/client.ts'
import { anEvent } from '../../factories/events.ts'

const AT = new Date('2026-08-31T10:00:00.123Z')
const { status: _, ...start } = anEvent(AT)
const UNRECORDED = {
  ...{ status: 503, headers: { 'retry-after': '5' } },
  message: 'The request cannot be answered, since its audit event could not be stored; retry later',
}

/** A request under way, with a store that fails so many times. */
function request({ failures = 0 } = {}) {
  const trail = new Trail({ ...start, requestId: 'r1' })
  const stored: RestEvent[] = []
  const reported: unknown[] = []
  const putEvent = async (_db: Db, event: RestEvent) => {
    if (failures-- > 0) throw new Error('No table')
    stored.push(event)
  }
  const report = (error: unknown) => reported.push(error)
  const recorder = eventRecorder<{ status: number }>({ trail, db: {} as Db, putEvent, report }, ({ status }) => status)
  return { trail, stored, reported, recorder }
}

describe('recorded()', () => {
  test('stores the event of what changed nothing, and answers', async () => {
    const { trail, stored, recorder } = request()
    expect(await recorded(recorder, async () => ({ status: 200 }))).toEqual({ answer: { status: 200 } })
    expect([trail.recorded, stored]).toEqual([true, [{ ...start, requestId: 'r1', status: 200 }]])
  })

  test('says a refusal, and stores it as the event', async () => {
    const { stored, recorder } = request()
    const refusal = notFound('There is no User with id "x"')
    expect(await recorded(recorder, () => Promise.reject(refusal))).toEqual({ refusal })
    expect(stored).toEqual([{ ...start, requestId: 'r1', status: 404, detail: 'There is no User with id "x"' }])
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
      expect([trail.recorded, reported]).toEqual([false, [new Error('No table')]])
    }
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
})
