import { expect, test } from 'vitest'
import { collectSteps } from '../../../console/page/data/collect-steps.ts'
import type { Step, StepRow } from '../../../shared/resources/steps.ts'

const row = (id: string, outcome: StepRow['outcome'], more: { goesOn?: true } = {}): StepRow => ({
  ...{ type: 'USER', id, name: id, outcome },
  ...more,
})
const STEPS: readonly Step[] = [
  { rows: [row('ada', 'done'), row('bo', 'refused')], next: 'second' },
  { rows: [row('cy', 'done'), row('finance', 'done', { goesOn: true })], next: 'third' },
  { rows: [row('finance', 'done'), row('dara', 'unchanged')] },
]

test('an action of several steps tells all that it changed, each object once, and each of its requests', async () => {
  const asked: (string | undefined)[] = []
  const { body, requestIds, changed } = await collectSteps(async (next) => {
    const body = STEPS[asked.push(next) - 1] as Step
    return { body, requestIds: [`request-${asked.length}`] }
  })
  expect(asked).toEqual([undefined, 'second', 'third'])
  expect(body).toEqual(STEPS.flatMap(({ rows }) => rows))
  expect({ requestIds, changed }).toEqual({ requestIds: ['request-1', 'request-2', 'request-3'], changed: 3 })
})
