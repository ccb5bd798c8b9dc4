import { expect, test } from 'vitest'
import { engineEndpoint } from '../factories/engine.ts'
import { missedCounts } from './figures.ts'
import { loadResults } from './run.ts'

// So that the runner cannot rot: the smallest syncs there are, behind AWS's manners.
test('a sync and a crowd of writers meet their goals in small', async () => {
  const only = ['initial-sync', 'contention']
  const options = { engine: engineEndpoint(), aws: true, only, scale: 0.01, log: 'inherit', say: () => {} } as const
  const { figures, ...run } = await loadResults(options)
  expect(missedCounts(figures)).toEqual([])
  expect(new Set(figures.map(({ scenario }) => scenario))).toEqual(new Set(only))
  expect(run).toEqual({ startedAt: expect.any(String), aws: true, scale: 0.01 })
})

test('a scenario that breaks off is a goal that was missed', async () => {
  const told: string[] = []
  const say = (text: string) => told.push(text)
  const nowhere = 'http://127.0.0.1:1'
  const { figures } = await loadResults({
    engine: nowhere,
    aws: false,
    only: ['contention'],
    scale: 0.01,
    log: 'inherit',
    say,
  })
  expect(missedCounts(figures).map(({ what, value }) => [what, value])).toEqual([['broke off', 1]])
  expect(told.at(-1)).toMatch(/^contention: broke off: /)
})
