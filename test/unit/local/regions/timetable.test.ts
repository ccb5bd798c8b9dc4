import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Replicator } from '../../../../local/regions/replicator.ts'
import { Timetable } from '../../../../local/regions/timetable.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Two regions, and what arrived in the second by `a` writing; chances are drawn from `draws`. */
function play(draws: number[], lagMs = 1000) {
  const arrived: string[] = []
  const failures: unknown[] = []
  const state = { broken: false }
  const b = {
    region: 'b',
    get: async () => undefined,
    async set(key: string) {
      if (state.broken) throw new Error('b is busy')
      arrived.push(key)
    },
  }
  const timetable = new Timetable({
    lagMs,
    random: () => draws.shift() ?? 0.5,
    report: (error) => failures.push(error),
  })
  const replicator = new Replicator([{ region: 'a', get: async () => ({}), set: async () => {} }, b], {
    added: (delivery) => timetable.add(delivery),
  })
  return { arrived, failures, state, timetable, replicator, wrote: (key: string) => replicator.wrote('a', key) }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('items leave after the lag, give or take half of it, so that a later one may overtake', async () => {
  const { arrived, timetable, replicator, wrote } = play([1, 0])
  timetable.start(replicator)
  wrote('first')
  await pass(100)
  wrote('second')
  await pass(499)
  expect(arrived).toEqual([])
  await pass(1)
  expect(arrived).toEqual(['second'])
  await pass(900)
  expect(arrived).toEqual(['second', 'first'])
})

test('what was on its way before the start leaves after it', async () => {
  const { arrived, timetable, replicator, wrote } = play([])
  wrote('x')
  await pass(5000)
  expect(arrived).toEqual([])
  timetable.start(replicator)
  await pass(1000)
  expect(arrived).toEqual(['x'])
})

test('what a cut link held back leaves a lag after it is healed', async () => {
  const { arrived, timetable, replicator, wrote } = play([])
  timetable.start(replicator)
  replicator.cut()
  wrote('x')
  await pass(5000)
  replicator.heal()
  timetable.resume()
  await pass(999)
  expect(arrived).toEqual([])
  await pass(1)
  expect(arrived).toEqual(['x'])
})

test('what fails is told, and tried again', async () => {
  const { arrived, failures, state, timetable, replicator, wrote } = play([])
  timetable.start(replicator)
  state.broken = true
  wrote('x')
  await pass(1000)
  state.broken = false
  expect([arrived, failures]).toEqual([[], [new Error('b is busy')]])
  await pass(1000)
  expect(arrived).toEqual(['x'])
})

test('nothing leaves after the end', async () => {
  const { arrived, timetable, replicator, wrote } = play([])
  timetable.start(replicator)
  wrote('x')
  await timetable.stop()
  await pass(5000)
  expect([arrived, replicator.pending().length]).toEqual([[], 1])
})
