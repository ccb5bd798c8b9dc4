import { expect, test } from 'vitest'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { onceEach } from '../../../shared/worker/outlets/once.ts'

const event = (eventId: string, count?: number) => ({ eventId, ...(count !== undefined && { count }) }) as RestEvent

/** An outlet that notes what it is handed, and refuses what is in `refusing`. */
function noting(refusing: Set<string>) {
  const handed: string[][] = []
  const outlet = onceEach({
    async send(events) {
      handed.push(events.map(({ eventId }) => eventId))
      if (refusing.has('all')) throw new Error('away')
      return events.filter(({ eventId }) => refusing.has(eventId))
    },
  })
  return { handed, outlet }
}

test('a batch that comes again is handed on without what was taken, for as long as something was not', async () => {
  const refusing = new Set(['b'])
  const { handed, outlet } = noting(refusing)
  const batch = ['a', 'b', 'c'].map((id) => event(id))
  expect(await outlet.send(batch)).toEqual([batch[1]])
  refusing.clear()
  expect(await outlet.send(batch)).toEqual([])
  expect(await outlet.send(batch)).toEqual([])
  expect(handed).toEqual([['a', 'b', 'c'], ['b']])
})

test('a call that failed took nothing', async () => {
  const refusing = new Set(['all'])
  const { handed, outlet } = noting(refusing)
  await expect(outlet.send([event('a')])).rejects.toThrow('away')
  refusing.clear()
  expect(await outlet.send([event('a')])).toEqual([])
  expect(handed).toEqual([['a'], ['a']])
})

test('a row whose count grew is another one', async () => {
  const { handed, outlet } = noting(new Set())
  for (const count of [1, 2, 2]) await outlet.send([event('refused', count)])
  expect(handed).toEqual([['refused'], ['refused']])
})
