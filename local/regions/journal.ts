import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { writePrivateBytes } from '../private-file.ts'
import type { ItemKey } from './item-key.ts'
import type { Underway } from './replicator.ts'

const Line = z.object({
  key: z.string(),
  written: z.record(z.string(), z.number()).default({}),
  directions: z.array(z.object({ from: z.string(), to: z.string() })).default([]),
})

/** What is on its way between the regions, in a file: a system that was killed goes on from there. */
export interface Journal {
  /** What was on its way when it was opened. */
  underway: readonly Underway[]
  note(key: ItemKey, underway: Underway | undefined): void
  close(): void
}

/** Lines after which the file is emptied once nothing is on its way. */
const MANY_LINES = 1000

/** Each line says what is on its way of one key from then on; it is written before the writer has its answer. */
export function openJournal(path: string): Journal {
  const known = loadJournal(path)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writePrivateBytes(path, [...known.values()].map(toLine).join(''))
  const file = openSync(path, 'a', 0o600)
  const live = new Set(known.keys())
  let lines = known.size
  return {
    underway: [...known.values()],
    note(key, underway) {
      if (underway) live.add(key)
      else live.delete(key)
      writeSync(file, toLine(underway ?? { key }))
      lines += 1
      if (live.size > 0 || lines < MANY_LINES) return
      ftruncateSync(file)
      lines = 0
    },
    close: () => closeSync(file),
  }
}

const toLine = (entry: Underway | { key: ItemKey }): string => `${JSON.stringify(entry)}\n`

/** A last line that was cut is of a write that nobody was told of. */
function loadJournal(path: string): Map<ItemKey, Underway> {
  const known = new Map<ItemKey, Underway>()
  for (const line of linesOf(path)) {
    const { data } = Line.safeParse(parse(line))
    if (!data) continue
    if (data.directions.length > 0) known.set(data.key, data)
    else known.delete(data.key)
  }
  return known
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
