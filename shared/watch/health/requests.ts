import type { RestEvent } from '../../audit/rest-event.ts'
import { many } from '../../resources/say-owned.ts'
import type { HealthFacts } from './facts.ts'
import type { Judged } from './finding.ts'

const LAST = '--last 24h'

/** Callers that the authorizer turned away, and those that a network policy did: rows that count. */
export function judgeCallers({ history, integrations }: HealthFacts): Judged[] {
  const rows = history.events.filter(({ count, status }) => count !== undefined && status >= 400)
  const byReason = Map.groupBy(rows, (row) => [reasonOf(row), integrationOf(row) ?? ''].join('\n'))
  const known = new Set(integrations.map(({ name }) => name))
  return [...byReason.values()].map((of) => callersOf(of, known))
}

/** `no such token` of `Callers refused in this minute and address block: no such token (first seen: ...)`. */
const reasonOf = ({ detail = '' }: RestEvent): string =>
  detail.replace(/^[^:]*: /, '').replace(/ \(first seen: .*$/s, '')
const integrationOf = ({ detail = '' }: RestEvent): string | undefined => / of integration ([^,)]+)/.exec(detail)?.[1]

function callersOf(rows: readonly RestEvent[], known: ReadonlySet<string>): Judged {
  const [first] = rows as [RestEvent]
  const count = rows.reduce((sum, row) => sum + (row.count ?? 0), 0)
  const [since, reason, named] = [first.time, reasonOf(first), integrationOf(first)]
  const integration = named !== undefined && known.has(named) ? { integration: named } : {}
  const requests = many(count, 'request')
  const shown = `event-history --integration UNKNOWN ${LAST} --details`
  if (reason === 'the integration is disabled' && named !== undefined) {
    const message = `${named} is disabled and still called: ${requests} refused since ${since}`
    const command = `integration alter ${named} --enabled true`
    return { kind: 'disabled-called', severity: 'attention', since, count, ...integration, message, command }
  }
  if (reason === 'the token has expired' && named !== undefined) {
    const message = `${named} is called with a token that has expired: ${requests} refused since ${since}`
    return {
      kind: 'expired-token',
      severity: 'problem',
      since,
      count,
      ...integration,
      message,
      command: `token issue ${named}`,
    }
  }
  const policy = first.resourceDomain === 'NETWORK_POLICY' ? first.resourceName : undefined
  if (policy !== undefined) {
    const message = `Network policy ${policy} refused ${requests} since ${since}, the first from ${first.clientIp}`
    const command = `network-policy describe ${policy}`
    return { kind: 'address-refused', severity: 'attention', since, count, ...integration, message, command }
  }
  const message = `${requests} refused since ${since}, the first from ${first.clientIp}: ${reason}`
  return { kind: 'refused-tokens', severity: 'attention', since, count, ...integration, message, command: shown }
}

interface Refused {
  kind: Judged['kind']
  severity: Judged['severity']
  /** What the history shows of it. */
  statuses: string
  holds(status: number): boolean
  says(requests: string): string
}

/** What clients were refused that an administrator can do something about. */
const REFUSED: readonly Refused[] = [
  {
    ...{ kind: 'failed', severity: 'problem', statuses: '5xx', holds: (status) => status >= 500 },
    says: (requests) => `${requests} failed`,
  },
  {
    ...{ kind: 'busy', severity: 'attention', statuses: '429', holds: (status) => status === 429 },
    says: (requests) => `${requests} told to come again later`,
  },
  {
    ...{ kind: 'conflicts', severity: 'attention', statuses: '409', holds: (status) => status === 409 },
    says: (requests) => `${requests} in conflict with what is here`,
  },
  {
    ...{ kind: 'conflicts', severity: 'attention', statuses: '412', holds: (status) => status === 412 },
    says: (requests) => `${requests} overtaken by another change`,
  },
  {
    ...{ kind: 'denied', severity: 'attention', statuses: '403', holds: (status) => status === 403 },
    says: (requests) => `${requests} not allowed`,
  },
]

/** Requests of clients that were refused or failed, by integration, each with the latest reason and what mends it. */
export function judgeRefusals({ history }: HealthFacts): Judged[] {
  const rows = history.events.filter(
    ({ type, count, status }) => type === 'SCIM' && count === undefined && status >= 400,
  )
  return REFUSED.flatMap((refused) => {
    const byIntegration = Map.groupBy(
      rows.filter(({ status }) => refused.holds(status)),
      (row) => row.actorDomain,
    )
    return [...byIntegration].map(([integration, of]) => refusalOf(refused, integration, of))
  })
}

function refusalOf(
  { kind, severity, statuses, says }: Refused,
  integration: string,
  rows: readonly RestEvent[],
): Judged {
  const [first, last] = [rows[0], rows.at(-1)] as [RestEvent, RestEvent]
  const what = last.resourceName ?? last.endpoint
  const reason = last.detail === undefined ? '' : `: ${last.detail}`
  return {
    ...{ kind, severity, since: first.time, count: rows.length, integration },
    message: `${says(`${many(rows.length, 'request')} of ${integration}`)} since ${first.time}, the latest about ${what}${reason}`,
    command: `event-history --integration ${integration} --status ${statuses} ${LAST} --details`,
    ...(last.advice !== undefined && { advice: last.advice }),
  }
}

const BY_HAND = ['PATCH', 'DELETE']

/** Users and roles that administrators changed: their identity providers do not know it. */
export function judgeChangesByHand({ history }: HealthFacts): Judged[] {
  const rows = history.events.filter(
    ({ type, method, endpoint, changes, status }) =>
      type === 'ADMIN' &&
      BY_HAND.includes(method) &&
      /^admin\/(users|roles)\//.test(endpoint) &&
      changes !== undefined &&
      status < 400,
  )
  const [first] = rows
  if (!first) return []
  const count = new Set(rows.map(({ resourceId }) => resourceId)).size
  const message = `${many(count, 'object')} changed by hand since ${first.time}: what an identity provider owns, it may set back with its next write`
  const command = `event-history --integration IAM ${LAST} --details`
  return [{ kind: 'changed-by-hand', severity: 'attention', since: first.time, count, message, command }]
}
