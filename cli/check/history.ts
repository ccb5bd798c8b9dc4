import type { EventRow } from '../../shared/audit/event-row.ts'
import { collectEvents } from '../../shared/audit/reading/walk-events.ts'
import { DAY_MS } from '../../shared/auth/span.ts'
import { many } from '../../shared/resources/say-owned.ts'
import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import type { Session } from '../command.ts'
import { type Finding, toDo } from './finding.ts'
import { AGENT } from './probes.ts'

const DAYS = 7
/** So many at most are looked at; this command's own are among them. */
const LIMIT = 5000

/** What DETAILS may tell of an event. */
interface Details {
  detail?: string
  advice?: string
  skipped?: string
  userAgent?: string
}

export const detailsOf = ({ DETAILS }: EventRow): Details => JSON.parse(DETAILS)

/** Whether it was sent by a provider, and not by this command. */
export const isProviders = (row: EventRow): boolean => detailsOf(row).userAgent !== AGENT

/** The integration's requests of the last week, this command's own left out, oldest first. */
export async function loadRequests({ api }: Session, name: string): Promise<EventRow[]> {
  const question = { integration: name, type: 'SCIM', last: `${DAYS}d`, allowEmpty: 'true' }
  const { rows } = await collectEvents(api, question, LIMIT)
  return rows.filter(isProviders)
}

/** When it was heard of last. One that is older than the time looked at, and silent, has stopped. */
export function judgeSilence(
  requests: readonly EventRow[],
  { createdAt, liveTokens }: IntegrationView,
  now: Date,
): Finding {
  const check = 'Last request'
  const last = requests.at(-1)
  if (last) return { check, result: 'ok', says: requestText(last) }
  const says = `None in the last ${DAYS} days`
  const isOld = now.getTime() - Date.parse(createdAt) > DAYS * DAY_MS && liveTokens > 0
  return isOld ? toDo(check, says, SILENT) : { check, result: 'note', says }
}

const SILENT = 'look at the provider: people sign in on, while nothing is provisioned'

const requestText = ({ METHOD: method, ENDPOINT: endpoint, EVENT_TIMESTAMP: time, HTTP_STATUS: status }: EventRow) =>
  `${method} ${endpoint} at ${time}, answered ${status}`

/** What was refused in the last day, by status, each with the latest reason and what mends it; and who was left out. */
export async function judgeRefusals(
  { api, hint }: Session,
  name: string,
  requests: readonly EventRow[],
  now: Date,
): Promise<Finding[]> {
  const question = { integration: name, type: 'SCIM', last: '1d', status: 'FAILURE', allowEmpty: 'true' }
  const { rows: failed } = await collectEvents(api, question, LIMIT)
  const refused = failed.filter((row) => isProviders(row) && row.HTTP_STATUS !== 404)
  const recent = requests.filter(({ EVENT_TIMESTAMP: time }) => now.getTime() - Date.parse(time) < DAY_MS)
  const more = hint('event-history --status FAILURE --details')
  const byCode = Map.groupBy(refused, ({ ERROR_CODE }) => ERROR_CODE ?? '')
  return [...[...byCode].flatMap(([code, rows]) => refusalOf(code, rows, more)), ...skippingOf(recent)]
}

/** An event of a refusal for the owner's sake says itself what mends it. */
function refusalOf(code: string, rows: readonly EventRow[], more: string): Finding[] {
  return rows.slice(-1).map((last) => {
    const { detail = 'no reason is kept', advice = more } = detailsOf(last)
    const what = last.RESOURCE_NAME ?? last.ENDPOINT
    return toDo(
      `Refused ${code}`,
      `${many(rows.length, 'request')} of the last day, the latest ${what}: ${detail}`,
      advice,
    )
  })
}

function skippingOf(recent: readonly EventRow[]): Finding[] {
  const count = recent.filter((row) => detailsOf(row).skipped !== undefined).length
  const says = `${many(count, 'request')} named members who are no users here, and went on without them`
  return count > 0 ? [toDo('Members', says, 'assign people first, then push their groups again')] : []
}

/** Callers of the last day whose token opened nothing, those with a token of another integration left out. */
export async function judgeUnknownCallers(
  { api }: Session,
  { name, oauthClient }: IntegrationView,
): Promise<Finding[]> {
  const question = { integration: 'UNKNOWN', type: 'SCIM', last: '1d', allowEmpty: 'true' }
  const { rows } = await collectEvents(api, question, LIMIT)
  const mayBeIts = rows.filter((row) => {
    const [, known = name] = / of integration ([^,)]+)/.exec(detailsOf(row).detail ?? '') ?? []
    return known === name && (row.ENDPOINT !== 'oauth2/token' || oauthClient !== undefined)
  })
  return [...Map.groupBy(mayBeIts, (row) => detailsOf(row).detail ?? '')].map(([detail, found]) => ({
    ...{ check: 'Turned away', result: 'note' as const },
    says: `${detail}; the last at ${found.at(-1)?.EVENT_TIMESTAMP} from ${[...new Set(found.map((row) => row.CLIENT_IP))].join(', ')}`,
  }))
}
