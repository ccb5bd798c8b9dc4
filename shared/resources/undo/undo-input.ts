import * as z from 'zod/mini'
import { keptSince } from '../../audit/retention.ts'
import { CLOCK_SKEW_MS } from '../../auth/span.ts'
import { parseDateTime } from '../../scim/date-time.ts'
import { invalidValue } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import { objectName } from '../integration-input.ts'
import { parseInput, strictError } from '../parse-input.ts'

const AN_EVENT = 'expected the id of an event, as the event history shows it'
const AN_INSTANT = 'expected an instant such as 2026-08-31T10:00:00Z'
const AN_ACTOR = 'expected a role or an ARN'
const A_PLACE = 'expected the value of "next" of an earlier answer'
const onlyTrue = z.optional(z.literal(true, { error: 'expected true, or leave it out' }))

const input = z.strictObject(
  {
    event: z.optional(
      z.string({ error: AN_EVENT }).check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, AN_EVENT)),
    ),
    integration: z.optional(objectName),
    actor: z.optional(z.string({ error: AN_ACTOR }).check(z.minLength(1, AN_ACTOR), z.maxLength(2048, AN_ACTOR))),
    since: z.optional(z.string({ error: AN_INSTANT })),
    until: z.optional(z.string({ error: AN_INSTANT })),
    dryRun: onlyTrue,
    force: onlyTrue,
    withCreated: onlyTrue,
    next: z.optional(z.string({ error: A_PLACE }).check(z.maxLength(1000, A_PLACE))),
  },
  { error: strictError },
)

interface Flags {
  dryRun: boolean
  force: boolean
  withCreated: boolean
  next: string | undefined
}

/** What somebody did in a range of time, which ends now unless it says when. */
export interface Range {
  integration?: string | undefined
  /** The role a token acts for, or the ARN of an administrator. */
  actor?: string | undefined
  since: string
  until?: string | undefined
}

/** What is to be undone: one event, or what an integration or somebody else has done since an instant. */
export type UndoInput = Flags & ({ event: string } | Range)

/** Reads what is to be undone. @throws {ScimError} 400 invalidValue. */
export function parseUndo(body: unknown): UndoInput {
  const { event, integration, actor, since, until, ...rest } = parseInput(input, body)
  const { dryRun = false, force = false, withCreated = false, next } = rest
  const flags = { dryRun, force, withCreated, next }
  const isRange = [integration, actor, since, until].some((one) => one !== undefined)
  if (event !== undefined && !isRange) return { ...flags, event }
  const isByWhom = integration !== undefined || actor !== undefined
  if (event === undefined && isByWhom && since !== undefined) return { ...flags, integration, actor, since, until }
  throw invalidValue(
    'Cannot tell what to undo: name an event, or an integration or an actor and since when, and not both',
  )
}

/** A place in a command's work, refused where it is none of ours. @throws {ScimError} 400 invalidValue. */
export const notOurs = (next: string) => invalidValue(`Cannot go on at ${quote(next)}: ${A_PLACE}`)

/**
 * A range within the retention. One that goes on until now ends just before, so that nothing of it is the undo's own.
 * @throws {ScimError} 400 invalidValue.
 */
export function parseRange({ since, until }: Range, now: Date, retentionDays: number): { from: Date; to: Date } {
  const from = parseAt('since', since)
  const end = until === undefined ? now.getTime() : parseAt('until', until)
  if (from < keptSince(now, retentionDays))
    throw invalidValue(`Cannot undo since ${quote(since)}: events are kept ${retentionDays} days`)
  if (from > now.getTime()) throw invalidValue(`Cannot undo since ${quote(since)}: that is in the future`)
  if (end > now.getTime() + CLOCK_SKEW_MS)
    throw invalidValue(`Cannot undo until ${quote(until)}: that is in the future`)
  if (end < from) throw invalidValue(`Cannot undo since ${quote(since)} until ${quote(until)}: the range ends first`)
  return { from: new Date(from), to: new Date(Math.max(from, Math.min(end, now.getTime() - 1))) }
}

function parseAt(name: 'since' | 'until', text: string): number {
  const at = parseDateTime(text)
  if (at === undefined) throw invalidValue(`Cannot read ${name} ${quote(text)}: ${AN_INSTANT}`)
  return at
}
