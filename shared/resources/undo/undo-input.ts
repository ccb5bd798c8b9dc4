import * as z from 'zod/mini'
import { keptSince } from '../../audit/retention.ts'
import { parseDateTime } from '../../scim/date-time.ts'
import { invalidValue } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import { objectName } from '../integration-input.ts'
import { parseInput, strictError } from '../parse-input.ts'

const AN_EVENT = 'expected the id of an event, as the event history shows it'
const AN_INSTANT = 'expected an instant such as 2026-08-31T10:00:00Z'
const A_PLACE = 'expected the value of "next" of an earlier answer'
const onlyTrue = z.optional(z.literal(true, { error: 'expected true, or leave it out' }))

const input = z.strictObject(
  {
    event: z.optional(
      z.string({ error: AN_EVENT }).check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, AN_EVENT)),
    ),
    integration: z.optional(objectName),
    since: z.optional(z.string({ error: AN_INSTANT })),
    dryRun: onlyTrue,
    force: onlyTrue,
    withCreated: onlyTrue,
    next: z.optional(z.string({ error: A_PLACE }).check(z.maxLength(200, A_PLACE))),
  },
  { error: strictError },
)

interface Flags {
  dryRun: boolean
  force: boolean
  withCreated: boolean
  next: string | undefined
}

/** What is to be undone: one event, or what an integration has done since an instant. */
export type UndoInput = Flags & ({ event: string } | { integration: string; since: string })

/** Reads what is to be undone. @throws {ScimError} 400 invalidValue. */
export function parseUndo(body: unknown): UndoInput {
  const { event, integration, since, ...rest } = parseInput(input, body)
  const { dryRun = false, force = false, withCreated = false, next } = rest
  const flags = { dryRun, force, withCreated, next }
  if (event !== undefined && integration === undefined && since === undefined) return { ...flags, event }
  if (event === undefined && integration !== undefined && since !== undefined) return { ...flags, integration, since }
  throw invalidValue('Cannot tell what to undo: name an event, or an integration and since when, and not both')
}

/** A place in a command's work, refused where it is none of ours. @throws {ScimError} 400 invalidValue. */
export const notOurs = (next: string) => invalidValue(`Cannot go on at ${quote(next)}: ${A_PLACE}`)

/** An instant within the retention, from which on everything is undone. @throws {ScimError} 400 invalidValue. */
export function parseSince(text: string, now: Date, retentionDays: number): Date {
  const at = parseDateTime(text)
  if (at === undefined) throw invalidValue(`Cannot read since ${quote(text)}: ${AN_INSTANT}`)
  if (at < keptSince(now, retentionDays))
    throw invalidValue(`Cannot undo since ${quote(text)}: events are kept ${retentionDays} days`)
  if (at > now.getTime()) throw invalidValue(`Cannot undo since ${quote(text)}: that is in the future`)
  return new Date(at)
}
