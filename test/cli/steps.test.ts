import { expect, test } from 'vitest'
import { Failure } from '../../cli/failure.ts'
import { carryOutSteps } from '../../cli/steps.ts'
import { progressLine } from '../../cli/terminal.ts'
import type { Step, StepRow } from '../../shared/resources/steps.ts'
import { sessionOf } from '../factories/cli.ts'

const row = (name: string, outcome: StepRow['outcome'], more: Partial<StepRow> = {}): StepRow => ({
  ...{ type: 'USER', id: `id of ${name}`, name, outcome },
  ...more,
})
const STEPS: Record<string, Step> = {
  first: { rows: [row('ada', 'done', { what: 'owner A → B' }), row('bo', 'unchanged')], next: 'second', total: 3 },
  second: { rows: [row('chen', 'refused', { reason: 'it is changed by another' })] },
}
const ask = async (next: string | undefined) => STEPS[next ?? 'first'] as Step

test('a command that changes many asks until nothing is left, and says what it came to', async () => {
  const { session, written, told, progress } = sessionOf('table')
  const code = await carryOutSteps(session, ask, { done: 'transferred', isDryRun: false })
  expect(code).toBe(1)
  expect(
    written
      .join('')
      .split('\n')
      .map((line) => line.trimEnd()),
  ).toEqual([
    'TYPE  NAME  OUTCOME    WHAT         REASON',
    'USER  ada   done       owner A → B',
    'USER  bo    unchanged',
    'USER  chen  refused                 it is changed by another',
    '',
  ])
  expect(progress).toEqual(['2 of 3 objects', '3 objects'])
  expect(told).toEqual(['1 transferred, 1 were so already, 1 refused'])
})

test('a dry run says what would be done', async () => {
  const { session, told } = sessionOf('json')
  const step = async (): Promise<Step> => ({ rows: [row('ada', 'done'), row('bo', 'done')] })
  expect(await carryOutSteps(session, step, { done: 'transferred', isDryRun: true })).toBe(0)
  expect(told).toEqual(['2 would be transferred; nothing was changed'])
})

test('what cannot be is not said to be so already, and an object that takes several steps counts once', async () => {
  const reason = '2 members not set back: no user here any more'
  const steps: Step[] = [
    { rows: [row('ops', 'done', { what: '20000 members back', goesOn: true })], next: '1' },
    {
      rows: [
        row('ops', 'done', { what: '5 members back', reason }),
        ...[row('qa', 'unchanged', { reason }), row('hr', 'unchanged'), row('ada', 'done')],
      ],
    },
  ]
  const toldOf = async (isDryRun: boolean) => {
    const { session, told } = sessionOf('json')
    const askFor = async (next = '0') => steps[Number(next)] as Step
    expect(await carryOutSteps(session, askFor, { done: 'set back', isDryRun })).toBe(0)
    return told
  }
  expect(await toldOf(false)).toEqual(['2 set back, 1 of them in part, 1 were so already, 1 stay as they are'])
  expect(await toldOf(true)).toEqual([
    '2 would be set back, 1 of them in part; nothing was changed, 1 were so already, 1 stay as they are',
  ])
})

test('one that fails midway says what is done, so that it can be run again', async () => {
  const { session, told } = sessionOf('table')
  const failing = async (next: string | undefined) => {
    if (next !== undefined) throw new Error('the service went away')
    return STEPS.first as Step
  }
  const run = carryOutSteps(session, failing, { done: 'transferred', isDryRun: false })
  await expect(run).rejects.toThrow('the service went away')
  expect(told).toEqual(['1 transferred, 1 were so already'])
})

test('Ctrl-C ends it behind the step that is on its way, and it says what is done', async () => {
  const { session, told } = sessionOf('table')
  const pressed = new AbortController()
  const terminal = { ...session.terminal, untilInterrupted: () => pressed.signal }
  const asked: (string | undefined)[] = []
  const pressing = (next: string | undefined) => {
    asked.push(next)
    pressed.abort()
    return ask(next)
  }
  expect(await carryOutSteps({ ...session, terminal }, pressing, { done: 'transferred', isDryRun: false })).toBe(130)
  expect([asked, told]).toEqual([
    [undefined],
    ['1 transferred, 1 were so already', 'Interrupted: what is told above is done; run it again for the rest'],
  ])
})

test('a step that fails for a moment is asked for again, a first one is told at once', async () => {
  const busy = () => new Failure('Too many requests (429)', { isPassing: true })
  const { session, told } = sessionOf('table')
  const paused: number[] = []
  const patient = { ...session, terminal: { ...session.terminal, pause: async (ms: number) => void paused.push(ms) } }
  let failures = 2
  const askBusy = async (next: string | undefined) => {
    if (next !== undefined && failures-- > 0) throw busy()
    return ask(next)
  }
  expect(await carryOutSteps(patient, askBusy, { done: 'transferred', isDryRun: false })).toBe(1)
  expect([paused, told]).toEqual([[1000, 2000], ['1 transferred, 1 were so already, 1 refused']])
  const never = () => Promise.reject(busy())
  await expect(carryOutSteps(patient, never, { done: 'transferred', isDryRun: false })).rejects.toThrow(busy())
  expect(paused).toEqual([1000, 2000])
})

test('a line of progress is written over on a terminal, taken away at the end, and no part of a file', () => {
  const shown = (isTTY: boolean) => {
    const pieces: string[] = []
    const line = progressLine({ isTTY, write: (text: string) => pieces.push(text) > 0 })
    for (const text of ['1 of 2', '2 of 2']) line.show(text)
    line.clear()
    line.clear()
    return pieces
  }
  expect(shown(true)).toEqual(['1 of 2', '\r\u001b[2K', '2 of 2', '\r\u001b[2K'])
  expect(shown(false)).toEqual([])
})
