import { open, readFile, rename } from 'node:fs/promises'
import * as z from 'zod'
import { plainJson } from '../../shared/audit/plain-text.ts'
import type { ChangesAnswer } from '../../shared/http/feed-operation.ts'
import { command, type Session } from '../command.ts'
import { Failure, UsageError } from '../failure.ts'
import { optional, someText, toggle } from '../flags.ts'
import { pauseOf, tellPassing } from '../follow.ts'

/** Seconds that the service may wait for the next change. */
const WAIT_SECONDS = 20
const PER_ANSWER = 500

/** Where the feed goes on, and where that is kept. */
interface Place {
  after: string | undefined
  file: string | undefined
}

const A_CURSOR = 'expected the cursor of an earlier call, or oldest'

export const changesCommand = command({
  words: 'changes',
  summary: 'Show each change of users and roles once, in order, for applications: JSON alone, one object a line',
  flags: {
    after: optional(
      'CURSOR',
      'go on after this cursor, or from the oldest change that is kept: oldest',
      someText.regex(/^[\w-]+$/, A_CURSOR),
    ),
    follow: toggle('go on with what comes, until Ctrl-C'),
    'cursor-file': optional('FILE', 'go on after the cursor in this file, and keep it there', someText),
  },
  outputs: ['json'],
  examples: ['rolecall changes --after oldest', 'rolecall changes --follow --cursor-file changes.cursor'],
  run: async (session, { after, follow, 'cursor-file': file }) => {
    const kept = file === undefined ? undefined : await loadCursor(file)
    if (kept !== undefined && after !== undefined) {
      throw new UsageError(`--after and a cursor in ${file} contradict each other: remove the one or the other`)
    }
    const place = { after: after ?? kept, file }
    if (follow) return followChanges(session, place)
    await showFeed(session, place)
    return undefined
  },
})

/** What there is by now; says where to go on. */
async function showFeed(session: Session, place: Place): Promise<void> {
  for (let more = true; more; ) more = await showNext(session, place)
  const flag = place.file === undefined ? `--after ${place.after}` : `--cursor-file ${place.file}`
  session.terminal.tell(`Go on with: ${session.hint(`changes ${flag}`)}`)
}

/** Shows what comes, also where the service was away, until it is interrupted. */
async function followChanges(session: Session, place: Place): Promise<undefined> {
  const signal = session.terminal.untilInterrupted()
  let failures = 0
  while (!signal.aborted) {
    try {
      await showNext(session, place, signal)
      if (failures > 0) session.terminal.tell('The service answers again')
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      tellPassing(session.terminal, error, failures)
      failures += 1
      await session.terminal.pause(pauseOf(failures), signal)
    }
  }
}

/** The lines first, then the cursor: what was interrupted between the two comes again, and nothing is left out. */
async function showNext({ api, terminal }: Session, place: Place, signal?: AbortSignal): Promise<boolean> {
  const wait = signal && { wait: WAIT_SECONDS }
  const query = { after: place.after, limit: PER_ANSWER, ...wait }
  const answer = await api.call<ChangesAnswer>({ path: ['changes'], query, ...(signal && { signal }) })
  const { events, cursor, more } = answer
  if (events.length > 0) await terminal.write(events.map((event) => `${plainJson(event)}\n`).join(''))
  if (place.file !== undefined && cursor !== place.after) await keepCursor(place.file, cursor)
  place.after = cursor
  return more
}

async function loadCursor(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim()
    if (
      z
        .string()
        .regex(/^[\w-]+$/)
        .safeParse(text).success
    )
      return text
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Failure(`Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
  throw new Failure(`There is no cursor in ${path}: name a new file, or the one of an earlier call`)
}

/** Replaces the file as a whole: whoever is killed meanwhile leaves the one or the other. */
async function keepCursor(path: string, cursor: string): Promise<void> {
  const beside = `${path}.new`
  try {
    const file = await open(beside, 'w')
    await file.writeFile(`${cursor}\n`)
    await file.sync()
    await file.close()
    await rename(beside, path)
  } catch (cause) {
    throw new Failure(`Cannot keep the cursor in ${path}: ${(cause as Error).message}`, { cause })
  }
}
