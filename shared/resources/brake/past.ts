import type { RestEvent } from '../../audit/rest-event.ts'
import { endOfHour, hourOf, limitOf, startOfHour } from '../../auth/brake.ts'
import { ScimError } from '../../scim/error.ts'
import { type BrakeHour, type Counted, putNotice } from '../../store/brake/hour.ts'
import { sumOf } from '../../store/brake/shards.ts'
import { namedId } from '../../store/new-id.ts'
import { commandFor } from '../command-for.ts'
import type { ScimContext } from '../context.ts'

/** A change that the limit has no room for, and what was found. */
export interface Past {
  hour: BrakeHour
  counted: Counted
  weight: number
}

/** Tells administrators of a change past the limit that was carried out. */
export async function warn(context: ScimContext, past: Past): Promise<void> {
  context.measure('BrakeWarnings')
  await tell(context, past, 'nothing is refused, since its brake only warns')
}

/** Tells them that such changes are refused, and answers what the client hears: 429 until the end of the hour. */
export async function stopped(context: ScimContext, past: Past): Promise<ScimError> {
  const { measure, now } = context
  measure('BrakeStops')
  const until = endOfHour(now)
  await tell(context, past, `such changes are refused until ${timeOf(until)}`)
  const seconds = Math.ceil((until - now.getTime()) / 1000)
  return new ScimError(429, undefined, refusal(context, past), { headers: { 'retry-after': String(seconds) } })
}

function refusal(context: ScimContext, past: Past): string {
  const { brake } = context.principal
  const again = againOf(limitOf(brake, past.counted.owned), past.weight)
  return `${found(context, past)}; nothing was changed: ${again}have an administrator look at it and run "${release(context)}"`
}

/** What a client can do itself: nothing where not a single object may go. */
function againOf(limit: number, weight: number): string {
  if (limit === 0) return ''
  return weight > limit ? 'ask for fewer at once, or ' : 'retry after the seconds named in Retry-After, or '
}

/**
 * One notice an hour of each limit and what becomes of changes past it, which follows from the first that found no room.
 * Without it the answer is the same.
 */
async function tell(context: ScimContext, { hour, ...past }: Past, consequence: string): Promise<void> {
  const { db, principal, now, trail, report } = context
  const { brake, account, integration } = principal
  const what = `${brake.mode}:${limitOf(brake, past.counted.owned)}`
  if (past.counted.told.includes(what)) return
  const event: RestEvent = {
    eventId: namedId(now.getTime(), `notice/brake#${account}#${integration}#${hourOf(now)}#${what}`),
    ...{ account, time: now.toISOString(), type: 'ADMIN', method: 'NOTICE', endpoint: 'notice/brake', status: 200 },
    ...{ resourceDomain: 'INTEGRATION', resourceId: integration, resourceName: integration },
    ...{ actorName: 'rolecall', actorDomain: 'ROLECALL', clientIp: '' },
    detail: `${found(context, past)}: ${consequence}`,
    advice:
      brake.mode === 'stop' ? release(context) : commandFor(account, `integration alter ${integration} --brake stop`),
    cause: trail.eventId,
  }
  await putNotice(db, hour, what, event).catch(report)
}

function found(
  { principal: { brake, integration }, now }: ScimContext,
  { counted, weight }: Omit<Past, 'hour'>,
): string {
  const { counts, owned = 0 } = counted
  const limit = `${limitOf(brake, owned)} objects an hour (${brake.objects}, or ${brake.share} % of ${owned})`
  const so = `${sumOf(counts)} are counted since ${timeOf(startOfHour(now))}, and ${weight} more ${weight === 1 ? 'was' : 'were'} asked for`
  return `Integration ${integration} may deactivate, delete and take out of groups ${limit}: ${so}`
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(11, 16)} UTC`
const release = ({ principal: { account, integration } }: ScimContext): string =>
  commandFor(account, `integration release ${integration} --for 1h`)
