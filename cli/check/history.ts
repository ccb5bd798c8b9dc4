import type { EventRow } from '../../shared/audit/event-row.ts'
import type { IntegrationView } from '../../shared/resources/present-integration.ts'
import type { Session } from '../command.ts'
import { collectEvents } from '../event-pages.ts'
import { type Finding, judged } from './finding.ts'
import { AGENT } from './probes.ts'

const DAYS = 7
const DAY_MS = 86_400_000
/** So many of the last week are looked at. */
const LIMIT = 500

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
  if (last)
    return {
      check,
      result: 'ok',
      says: `${last.METHOD} ${last.ENDPOINT} at ${last.EVENT_TIMESTAMP}, answered ${last.HTTP_STATUS}`,
    }
  const says = `None in the last ${DAYS} days`
  const isOld = now.getTime() - Date.parse(createdAt) > DAYS * DAY_MS && liveTokens > 0
  return isOld
    ? judged(check, says, '', 'look at the provider: people sign in on, while nothing is provisioned')
    : { check, result: 'note', says }
}

/** What was refused in the last day, by status, each with the latest reason and what mends it. */
export function judgeRefusals({ hint }: Session, requests: readonly EventRow[], now: Date): Finding[] {
  const recent = requests.filter(({ EVENT_TIMESTAMP: time }) => now.getTime() - Date.parse(time) < DAY_MS)
  const refused = recent.filter(({ HTTP_STATUS: status }) => status >= 400 && status !== 404)
  const groups = Map.groupBy(refused, ({ ERROR_CODE }) => ERROR_CODE ?? '')
  const skipping = recent.filter((row) => detailsOf(row).skipped !== undefined).length
  return [
    ...[...groups].map(([code, rows]) => refusalFinding(code, rows, hint)),
    ...(skipping > 0
      ? [
          judged(
            'Members',
            `${skipping} requests named members who are no users here, and went on without them`,
            '',
            'assign people first, then push their groups again',
          ),
        ]
      : []),
  ]
}

function refusalFinding(code: string, rows: EventRow[], hint: Session['hint']): Finding {
  const { RESOURCE_NAME: name, ENDPOINT: endpoint, ...last } = rows.at(-1) as EventRow
  const { detail, advice } = detailsOf({ ...last, ENDPOINT: endpoint, RESOURCE_NAME: name })
  const says = `${rows.length} requests of the last day, the latest of them ${name ?? endpoint}: ${detail ?? 'no reason is kept'}`
  return judged(
    `Refused ${code}`,
    says,
    '',
    advice ??
      (code.startsWith('409') && name
        ? hint(`event-history --resource ${name}`)
        : hint('event-history --status FAILURE --details')),
  )
}

/** Callers of the last day whose token opened nothing: nobody knows whose they were. */
export async function judgeUnknownCallers({ api }: Session): Promise<Finding[]> {
  const question = { integration: 'UNKNOWN', type: 'SCIM', last: '1d', allowEmpty: 'true' }
  const { rows } = await collectEvents(api, question, LIMIT)
  return [...Map.groupBy(rows, (row) => detailsOf(row).detail ?? '')].map(([detail, found]) => ({
    ...{ check: 'Turned away', result: 'note' as const },
    says: `${detail}; the last at ${found.at(-1)?.EVENT_TIMESTAMP} from ${[...new Set(found.map((row) => row.CLIENT_IP))].join(', ')}`,
  }))
}
