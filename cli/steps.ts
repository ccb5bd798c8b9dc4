import type { Step, StepRow } from '../shared/resources/steps.ts'
import type { Session } from './command.ts'
import { Failure } from './failure.ts'
import { type ListView, showList } from './output.ts'

/** One row for each object, as every command shows it that changes many. */
const STEP_VIEW: ListView<StepRow> = {
  table: [
    { header: 'TYPE', get: ({ type }) => type },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'OUTCOME', get: ({ outcome }) => outcome },
    { header: 'WHAT', get: ({ what }) => what },
    { header: 'REASON', get: ({ reason }) => reason, isWhole: true },
  ],
}

/** How a bulk command tells of its work. */
export interface Telling {
  /** What is done to each object, for sentences: `transferred`. */
  done: string
  isDryRun: boolean
}

/**
 * Carries out a command that changes many objects, step by step until there is no further one: rows are shown as they
 * come, progress on a terminal, and at the end what it came to. A step is one request, so that no time limit holds for
 * all; Ctrl-C ends it behind the step that is on its way, and as one that fails midway it says what it has done.
 * @returns the exit code: 1 where an object was refused, 130 for Ctrl-C.
 */
export async function carryOutSteps(
  session: Session,
  ask: (next: string | undefined) => Promise<Step>,
  { done, isDryRun }: Telling,
): Promise<number> {
  const counts: Counts = new Map()
  const tellStep = (rows: readonly StepRow[], total: number | undefined) => {
    for (const row of rows.filter(({ goesOn }) => !goesOn)) counts.set(cameTo(row), (counts.get(cameTo(row)) ?? 0) + 1)
    const sum = [...counts.values()].reduce((all, count) => all + count, 0)
    session.terminal.progress(total === undefined ? `${sum} objects` : `${sum} of ${total} objects`)
  }
  const tellAll = () => session.terminal.tell(toSummary(counts, { done, isDryRun }))
  const interrupted = session.terminal.untilInterrupted()
  try {
    await showList(session, STEP_VIEW, rowsOf(walkSteps(session, ask, interrupted), tellStep))
  } catch (error) {
    if (counts.size > 0) tellAll()
    throw error
  }
  tellAll()
  if (!interrupted.aborted) return counts.has('refused') ? 1 : 0
  session.terminal.tell('Interrupted: what is told above is done; run it again for the rest')
  return EXIT_INTERRUPTED
}

/** As a shell says of what Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130

/** How long a step that is on its way waits before it is asked for again, where the service is busy or away for moments. */
const PAUSES_MS = [1000, 2000, 4000, 8000]

/** Asks again where that may help, once something is done; a first step that fails is told at once. */
async function askAgain<Any>(
  { terminal }: Session,
  ask: (next: string | undefined) => Promise<Any>,
  next: string | undefined,
): Promise<Any> {
  for (const pauseMs of next === undefined ? [] : PAUSES_MS) {
    try {
      return await ask(next)
    } catch (error) {
      if (!(error instanceof Failure && error.isPassing)) throw error
      await terminal.pause(pauseMs, new AbortController().signal)
    }
  }
  return ask(next)
}

/** Step after step, until there is no further one or Ctrl-C is pressed; one that may pass is asked for again. */
export async function* walkSteps<Any extends { next?: string }>(
  session: Session,
  ask: (next: string | undefined) => Promise<Any>,
  interrupted: AbortSignal,
): AsyncGenerator<Any> {
  let next: string | undefined
  do {
    const step = await askAgain(session, ask, next)
    yield step
    next = step.next
  } while (next !== undefined && !interrupted.aborted)
}

async function* rowsOf(
  steps: AsyncIterable<Step>,
  onStep: (rows: readonly StepRow[], total: number | undefined) => void,
): AsyncGenerator<readonly StepRow[]> {
  for await (const { rows, total } of steps) {
    onStep(rows, total)
    yield rows
  }
}

/** What came of an object, as sentences count it: some is done in part, and what stays may be so already, or cannot change. */
type CameTo = 'done' | 'in part' | 'so already' | 'stays' | 'refused'
type Counts = Map<CameTo, number>

function cameTo({ outcome, reason }: StepRow): CameTo {
  if (outcome === 'refused') return outcome
  if (outcome === 'done') return reason === undefined ? 'done' : 'in part'
  return reason === undefined ? 'so already' : 'stays'
}

function toSummary(counts: Counts, { done, isDryRun }: Telling): string {
  const [partly, already, stay, refused] = (['in part', 'so already', 'stays', 'refused'] as const).map(
    (name) => counts.get(name) ?? 0,
  ) as [number, number, number, number]
  const changed = (counts.get('done') ?? 0) + partly
  const inPart = partly ? `, ${partly} of them in part` : ''
  const first = isDryRun ? `${changed} would be ${done}${inPart}; nothing was changed` : `${changed} ${done}${inPart}`
  const rest = [
    already ? `${already} were so already` : '',
    stay ? `${stay} stay as they are` : '',
    refused ? `${refused} refused` : '',
  ]
  return [first, ...rest].filter((part) => part !== '').join(', ')
}
