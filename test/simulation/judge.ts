import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import { findCanary } from '../factories/canaries.ts'
import { eventsIn, scanAll } from '../factories/scan.ts'
import { requireNoOrphans, settle } from '../factories/settle.ts'
import type { Client, Told } from './client.ts'
import { fateOf, type Known, unexplained } from './histories.ts'
import { calmly } from './simulation.ts'
import type { Stage } from './stage.ts'

/** Ends what is unfinished, as the worker does in time, and says in sentences what ought not to be as it is. */
export async function judge(stage: Stage, clients: readonly Client[], before: Known): Promise<string[]> {
  const judges = stage.lambda('judge')
  await stage.simulation.run(() => settle(judges.db), calmly)
  const reader = stage.client('reader')
  const told = clients.flatMap((client) => client.told)
  const unlike = await stage.simulation.run(() => unexplained(told, before, reader), calmly)
  const items = await scanAll(stage.db)
  const events = eventsIn(items)
  const violations = await checkAll(stage.db, DEFAULT_ACCOUNT)
  const orphans = await requireNoOrphans(stage.db).then(
    () => [],
    (error: Error) => [error.message],
  )
  return [
    ...violations.map(({ message }) => message),
    ...orphans,
    ...wrongEvents(told, events),
    ...wrongVersions(items, events),
    ...unlike,
    ...items.flatMap((item) => findCanary(JSON.stringify(item)) ?? []),
  ]
}

/** What has an event for each of its parts beside its own. */
const hasParts = ({ asked }: Told) => /^\/(Bulk|admin\/(ownership|undo))$/.test(asked.path)
/** A change that this event is the trail of. */
const isOfChange = ({ changes, act }: RestEvent) => changes !== undefined || act !== undefined

/** One event for each request that was answered, and of a change for none that was refused. */
function wrongEvents(told: readonly Told[], events: readonly RestEvent[]): string[] {
  const byRequest = Map.groupBy(events, ({ requestId }) => requestId)
  return told.flatMap((one) => {
    const { asked, requestId, heard } = one
    const own = (byRequest.get(requestId) ?? []).filter(({ cause }) => cause === undefined)
    const changes = own.filter(isOfChange)
    const of = `${asked.method} ${asked.path} (${requestId}), answered ${heard?.status ?? 'nothing'},`
    if (hasParts(one)) return []
    if (heard === undefined) return own.length > 1 ? [`${of} has ${own.length} events`] : []
    if (own.length !== 1 && !isUnrecorded(one)) return [`${of} has ${own.length} events`]
    const [event] = own
    const fate = fateOf(one)
    // Where only the answer could not be made, its event tells what it would have been.
    if (fate === 'unknown' || (heard.status >= 500 && changes.length === 0 && fate === 'refused')) return []
    if (event && event.status !== heard.status && fate !== 'late') return [`${of} has an event of ${event.status}`]
    if (fate === 'refused' && changes.length > 0) return [`${of} has changed something: ${heard.body?.detail}`]
    return fate === 'late' && changes.length === 0 ? [`${of} has changed nothing: ${heard.body?.detail}`] : []
  })
}

/** Whether the answer says itself that its event could not be stored. */
const isUnrecorded = ({ heard }: Told) => heard?.status === 503 || heard?.status === 429

/** Each version of an object that is there was made by one event. */
function wrongVersions(items: readonly Record<string, unknown>[], events: readonly RestEvent[]): string[] {
  const made = Map.groupBy(
    events.filter(({ version }) => version !== undefined),
    ({ resourceId = '' }) => resourceId,
  )
  return [...made].flatMap(([id, all]) => {
    const versions = all.map(({ version = 0 }) => version).sort((a, b) => a - b)
    const twice = versions.find((version, n) => version === versions[n - 1])
    if (twice !== undefined) return [`Version ${twice} of ${id} was made by two events`]
    const stored = items.find(({ sk, version }) => sk === id && version !== undefined)
    const last = versions.at(-1) ?? 0
    return stored && Number(stored.version) < last ? [`${id} is at version ${stored.version}, an event at ${last}`] : []
  })
}
