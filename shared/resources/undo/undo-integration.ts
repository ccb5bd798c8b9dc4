import { only } from '../../audit/choice.ts'
import type { EventQuery } from '../../audit/event-query.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { parseDateTime } from '../../scim/date-time.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { chunks, mapConcurrently } from '../../store/batch.ts'
import { listHistory, type Span } from '../../store/events/history.ts'
import { eventSortKey } from '../../store/events/item.ts'
import { type EventPage, listEvents } from '../../store/events/query.ts'
import type { ScimContext } from '../context.ts'
import { kindsOf } from '../kinds.ts'
import { requireKnownNames } from '../known-names.ts'
import type { Step, StepRow } from '../steps.ts'
import { isCreation, loadNet, type Net } from './net.ts'
import type { How, Target } from './target.ts'
import { PARALLEL, undoAll } from './undo-all.ts'
import { notOurs, parseSince } from './undo-input.ts'

/** Events of one step, and the time after which none is begun. */
const STEP = 100
const STEP_MS = 5_000

/** Events by which it is counted how many objects there are. */
const MAX_COUNTED = 10_000

/** What objects are looked at for: what was made goes first, since it may have the names of what comes back. */
const PASSES = ['created', 'USER', 'ROLE'] as const

/** Where a command goes on: in which pass, behind which event; what was known when it began. */
interface Place extends Span {
  pass: (typeof PASSES)[number]
  before: string | undefined
  total: number | undefined
}

export interface Since {
  integration: string
  since: string
}

/**
 * Undoes what an integration has done since an instant, until now as of the first step: users before roles, since roles
 * have users for members. Its events are walked from the newest back, and each object is dealt with at its newest one,
 * by its own history: so each is met once, and no list of all is held.
 * @throws {ScimError} 400 where the instant is none of the retention's, 404 where there is no such integration.
 */
export async function undoIntegration(
  context: ScimContext,
  { integration, since }: Since,
  how: Omit<How, 'returns'>,
  next: string | undefined,
): Promise<Step> {
  const { db, now } = context
  const from = parseSince(since, now, db.eventRetentionDays)
  const query: EventQuery = { from, to: now, limit: STEP, type: 'ALL', integration: only(integration) }
  const place = next === undefined ? await begin(context, query, how) : parsePlace(next)
  const { pass, total } = place
  const walk = { context, integration, place, how }
  const page = await listPage(context, { ...query, to: new Date(place.to) }, place.before)
  const rows: StepRow[] = []
  let reached = page.next
  const until = db.clock() + STEP_MS
  for (const part of chunks(page.events, PARALLEL)) {
    rows.push(...(await undoPart(walk, part)))
    const last = part.at(-1)
    if (db.clock() < until || !last) continue
    reached = placeOf(last)
    break
  }
  const further = reached === undefined ? nextPass(pass) : pass
  const known = total === undefined ? {} : { total }
  return { rows, ...known, ...(further && { next: formatPlace({ ...place, pass: further, before: reached }) }) }
}

/** The first place, and how many objects there are, where few enough events tell. */
async function begin(
  { db, principal, now }: ScimContext,
  query: EventQuery,
  how: Pick<How, 'withCreated'>,
): Promise<Place> {
  const { account } = principal
  const { events, next } = await listEvents(db, account, { ...query, limit: MAX_COUNTED }, now)
  if (events.length === 0 && next === undefined) await requireKnownNames({ db, account }, query, now)
  const isAll = next === undefined && events.length < MAX_COUNTED
  const objects = new Set(events.flatMap(({ changes, resourceId }) => (changes && resourceId ? [resourceId] : [])))
  return {
    ...{ pass: how.withCreated ? 'created' : 'USER', before: undefined, total: isAll ? objects.size : undefined },
    ...{ from: query.from.toISOString(), to: query.to.toISOString() },
  }
}

/** Events, newest first, and the place behind which there may be more. */
async function listPage(
  { db, principal, now }: ScimContext,
  query: EventQuery,
  before: string | undefined,
): Promise<Omit<EventPage, 'unreadable'>> {
  const asked = { ...query, ...(before !== undefined && { before }) }
  const { events, next } = await listEvents(db, principal.account, asked, now)
  const [oldest] = events
  const isFull = events.length === query.limit && oldest !== undefined
  const reached = isFull ? placeOf(oldest) : next
  return { events: events.reverse(), ...(reached !== undefined && { next: reached }) }
}

const placeOf = ({ time, eventId }: RestEvent): string => eventSortKey(time, eventId)

interface Walk {
  context: ScimContext
  integration: string
  place: Place
  how: Omit<How, 'returns'>
}

async function undoPart({ context, integration, place, how }: Walk, events: RestEvent[]): Promise<StepRow[]> {
  const returns = (userId: string) => wasDeleted(context, integration, place, userId)
  const found = await mapConcurrently(events, PARALLEL, (event) =>
    toTarget({ context, integration, place, how }, event),
  )
  const targets = new Map(found.flatMap((target) => (target ? [[target.id, target] as const] : [])))
  return undoAll(context, [...targets.values()], { ...how, returns })
}

/** The object of an event that is its newest, where this pass is about it. */
async function toTarget({ context, integration, place, how }: Walk, event: RestEvent): Promise<Target | undefined> {
  const { types, db } = context
  const { resourceDomain, resourceId: id, resourceName: name = '' } = event
  const kind = kindsOf(types).find(({ type }) => type.auditWord === resourceDomain)
  const isAsked = place.pass === 'created' || place.pass === resourceDomain
  if (!kind || !isAsked || !id || !event.changes) return undefined
  const net = await loadNet(db, kind.type, historyOf(context, integration, place, id))
  if (isDealtWith(net, event)) return undefined
  const isMade = isCreation(net, kind.type)
  const isDue = place.pass === 'created' ? isMade : !(isMade && how.withCreated)
  return isDue ? { kind, id, name, net } : undefined
}

/** By one of its newer events, which came before this one. What the index does not tell yet is dealt with here. */
const isDealtWith = ({ newest }: Net, event: RestEvent): boolean =>
  newest !== undefined && placeOf(newest) > placeOf(event)

/** What an integration changed of an object. */
async function* historyOf({ db, principal }: ScimContext, integration: string, span: Span, id: string) {
  for await (const events of listHistory(db, principal.account, id, span))
    yield events.filter(({ actorDomain, changes }) => changes && actorDomain.toUpperCase() === integration)
}

/** Whether a user who is gone is one of those who come back. */
async function wasDeleted(context: ScimContext, integration: string, span: Span, userId: string): Promise<boolean> {
  const type: ResourceType = context.types.User
  const net = await loadNet(context.db, type, historyOf(context, integration, span, userId))
  return net.deletedName !== undefined
}

const nextPass = (pass: Place['pass']): Place['pass'] | undefined => PASSES[PASSES.indexOf(pass) + 1]

const formatPlace = ({ pass, from, to, before, total }: Place): string =>
  [pass, from, to, before ?? '', total ?? ''].join('~')

/** @throws {ScimError} 400 invalidValue. */
function parsePlace(text: string): Place {
  const [pass, from = '', to = '', before, total] = text.split('~')
  const known = PASSES.find((one) => one === pass)
  const areInstants = [from, to].every((one) => parseDateTime(one) !== undefined)
  const isPlace = before === undefined || /^[\w:.#-]*$/.test(before)
  const isCount = total === undefined || /^\d{0,9}$/.test(total)
  if (!known || !areInstants || !isPlace || !isCount) throw notOurs(text)
  return { pass: known, from, to, before: before || undefined, total: total ? Number(total) : undefined }
}
