import { only } from '../../audit/choice.ts'
import type { EventQuery } from '../../audit/event-query.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { chunks, mapConcurrently } from '../../store/batch.ts'
import { listHistory } from '../../store/events/history.ts'
import { eventSortKey } from '../../store/events/item.ts'
import { type EventPage, listEvents } from '../../store/events/query.ts'
import type { ScimContext } from '../context.ts'
import { kindsOf } from '../kinds.ts'
import { requireKnownNames } from '../known-names.ts'
import type { Step, StepRow } from '../steps.ts'
import { isCreation, loadNet, type Net } from './net.ts'
import { formatPlace, nextPass, type Place, parsePlace } from './place.ts'
import type { Asked, How, Target } from './target.ts'
import { PARALLEL, undoAll } from './undo-all.ts'
import { parseRange, type Range } from './undo-input.ts'

/** Events of one step, and the time after which none is begun. */
const STEP = 100
const STEP_MS = 5_000

/** Events by which it is counted how many objects there are. */
const MAX_COUNTED = 10_000

/** Whose changes are undone. */
type Doer = Pick<Range, 'integration' | 'actor'>

/**
 * Undoes what an integration, a role or a principal has done in a range of time, which ends before the first step at the
 * latest: users before roles, since roles have users for members. The events are walked from the newest back, and each
 * object is dealt with at its newest one, by its own history: so each is met once, and no list of all is held.
 * @throws {ScimError} 400 where an instant is none of the retention's, 404 where there is nobody of that name.
 */
export async function undoRange(
  context: ScimContext,
  range: Range,
  how: Asked,
  next: string | undefined,
): Promise<Step> {
  const place = next === undefined ? await begin(context, range, how) : parsePlace(next)
  const walk = { context, doer: toDoer(range), place, how, until: context.db.clock() + STEP_MS }
  return place.open.length > 0 ? goOn(walk) : goBack(walk)
}

interface Walk {
  context: ScimContext
  doer: Doer
  place: Place
  how: Asked
  /** Epoch ms at which the step ends. */
  until: number
}

/** Deals with objects behind the place. */
async function goBack(walk: Walk): Promise<Step> {
  const { context, place, until } = walk
  const page = await listPage(context, toQuery(walk), place.before)
  const rows: StepRow[] = []
  let reached = page.next
  for (const part of chunks(page.events, PARALLEL)) {
    const found = await mapConcurrently(part, PARALLEL, (event) => toTarget(walk, event))
    const targets = new Map(found.flatMap((target) => (target ? [[target.id, target] as const] : [])))
    rows.push(...(await undoAll(context, [...targets.values()], toHow(walk))))
    const last = part.at(-1)
    const isOver = context.db.clock() >= until || rows.some(({ goesOn }) => goesOn)
    if (!isOver || !last) continue
    reached = placeOf(last)
    break
  }
  return toStep(place, rows, reached)
}

/** Deals further with objects that were too large for the last step. */
async function goOn(walk: Walk): Promise<Step> {
  const { context, place } = walk
  const found = await mapConcurrently([...place.open], PARALLEL, (id) => findTarget(walk, id))
  const rows = await undoAll(
    context,
    found.flatMap((target) => target ?? []),
    toHow(walk),
  )
  return toStep(place, rows, place.before)
}

function toStep(place: Place, rows: readonly StepRow[], before: string | undefined): Step {
  const { pass, total } = place
  const open = rows.flatMap(({ id, goesOn }) => (goesOn ? [id] : []))
  const further = before !== undefined || open.length > 0 ? pass : nextPass(pass)
  const known = total === undefined ? {} : { total }
  return { rows, ...known, ...(further && { next: formatPlace({ ...place, pass: further, before, open }) }) }
}

/** The first place, and how many objects there are, where few enough events tell. */
async function begin(context: ScimContext, range: Range, how: Pick<Asked, 'withCreated'>): Promise<Place> {
  const { db, principal, now } = context
  const { account } = principal
  const { from, to } = parseRange(range, now, db.eventRetentionDays)
  const query: EventQuery = { ...toFilters(range), from, to, limit: MAX_COUNTED, type: 'ALL' }
  const { events, next } = await listEvents(db, account, query, now)
  if (events.length === 0 && next === undefined) await requireKnownNames({ db, account }, query, now)
  const isAll = next === undefined && events.length < MAX_COUNTED
  const objects = new Set(events.flatMap(({ changes, resourceId }) => (changes && resourceId ? [resourceId] : [])))
  return {
    ...{ pass: how.withCreated ? 'created' : 'USER', before: undefined, total: isAll ? objects.size : undefined },
    ...{ from: from.toISOString(), to: to.toISOString(), begun: now.toISOString(), open: [] },
  }
}

const toDoer = ({ integration, actor }: Range): Doer => ({
  ...(integration !== undefined && { integration }),
  ...(actor !== undefined && { actor }),
})

/** Whose changes they are, as a question to the history. */
const toFilters = ({ integration, actor }: Doer): Pick<EventQuery, 'integration' | 'actor'> => ({
  ...(integration !== undefined && { integration: only(integration) }),
  ...(actor !== undefined && { actor: only(actor) }),
})

const toQuery = ({ doer, place: { from, to } }: Walk): EventQuery => ({
  ...toFilters(doer),
  ...{ from: new Date(from), to: new Date(to), limit: STEP, type: 'ALL' },
})

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

const toHow = (walk: Walk): How => ({
  ...walk.how,
  until: walk.until,
  begun: walk.place.begun,
  returns: async (userId) => (await loadNetOf(walk, walk.context.types.User, userId)).deletedName !== undefined,
  netOf: async (type, id) => {
    const net = await loadNetOf(walk, type, id)
    return net.newest && net
  },
})

/** The object of an event that is its newest, where this pass is about it. */
async function toTarget(walk: Walk, event: RestEvent): Promise<Target | undefined> {
  const { place, how } = walk
  const { resourceDomain, resourceId: id, resourceName: name = '' } = event
  const kind = kindsOf(walk.context.types).find(({ type }) => type.auditWord === resourceDomain)
  const isAsked = place.pass === 'created' || place.pass === resourceDomain
  if (!kind || !isAsked || !id || !event.changes) return undefined
  const net = await loadNetOf(walk, kind.type, id)
  if (isDealtWith(net, event)) return undefined
  const isMade = isCreation(net, kind.type)
  const isDue = place.pass === 'created' ? isMade : !(isMade && how.withCreated)
  return isDue ? { kind, id, name, net } : undefined
}

/** An object of this pass by its id. */
async function findTarget(walk: Walk, id: string): Promise<Target | undefined> {
  const kind = kindsOf(walk.context.types).find(({ type }) => type.auditWord === walk.place.pass)
  if (!kind) return undefined
  const net = await loadNetOf(walk, kind.type, id)
  return net.newest && { kind, id, name: net.newest.resourceName ?? '', net }
}

/** By one of its newer events, which came before this one. What the index does not tell yet is dealt with here. */
const isDealtWith = ({ newest }: Net, event: RestEvent): boolean =>
  newest !== undefined && placeOf(newest) > placeOf(event)

/** What was done to an object, of what is undone. */
const loadNetOf = ({ context, doer, place }: Walk, type: ResourceType, id: string): Promise<Net> =>
  loadNet(context.db, type, historyOf(context, doer, place, id))

async function* historyOf({ db, principal }: ScimContext, { integration, actor }: Doer, span: Place, id: string) {
  const isDoer = ({ actorDomain, actorName }: RestEvent) =>
    (integration === undefined || actorDomain.toUpperCase() === integration) &&
    (actor === undefined || actorName.toUpperCase() === actor.toUpperCase())
  for await (const events of listHistory(db, principal.account, id, span))
    yield events.filter((event) => event.changes && isDoer(event))
}
