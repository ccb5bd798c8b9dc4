import { DAY_MS } from '../../auth/span.ts'
import { many } from '../../resources/say-owned.ts'
import type { BrakeFacts, HealthFacts } from './facts.ts'
import { iso, type Judged } from './finding.ts'

/** Changes that wait for so long are late, and for so long are stuck. */
const LATE_MS = 2 * 60_000
const STUCK_MS = 10 * 60_000
/** From this part of its limit on a brake is spoken of. */
const CLOSE = 0.8

/** Changes that are committed, seen by every reader, and not yet applied for longer than the worker takes. */
export function judgeWork({ now, work }: HealthFacts): Judged[] {
  const late = work.filter(({ since }) => now - since >= LATE_MS)
  if (late.length === 0) return []
  const oldest = Math.min(...late.map(({ since }) => since))
  const [roles, users] = (['GROUP', 'USER'] as const).map((kind) => late.filter((one) => one.kind === kind).length)
  const of = [roles ? many(roles, 'role') : '', users ? many(users, 'deleted user') : ''].filter((text) => text !== '')
  return [
    {
      ...{ kind: 'unfinished-work', severity: now - oldest >= STUCK_MS ? 'problem' : 'attention' },
      ...{ since: iso(oldest), count: late.length },
      message: `Changes of ${of.join(' and ')} wait to be applied since ${iso(oldest)}; they are shown to readers all the same`,
      command: 'health',
    },
  ]
}

/** Integrations from which nothing came for as many days as they say. */
export const judgeSilence = ({ now, integrations }: HealthFacts): Judged[] =>
  integrations.flatMap(({ name, enabled, silentAfterDays, silence }): Judged[] => {
    if (!enabled || !silence || silentAfterDays === 0) return []
    const days = Math.floor((now - silence.since) / DAY_MS)
    if (days < silentAfterDays) return []
    const what = silence.wasHeard ? 'Nothing came from' : 'Nothing has come yet from'
    return [
      {
        ...{ kind: 'silent', severity: 'attention', integration: name, since: iso(silence.since) },
        message: `${what} ${name} for ${many(days, 'day')}: people sign in on, while nothing is provisioned`,
        command: `check ${name}`,
      },
    ]
  })

/** Brakes that have come to their limit within the hour, or close to it. */
export const judgeBrakes = ({ integrations }: HealthFacts): Judged[] =>
  integrations.flatMap(({ name, brake }) => (brake && isClose(brake) ? [brakeOf(name, brake)] : []))

const isClose = ({ counted, limit }: BrakeFacts): boolean => counted > 0 && counted >= limit * CLOSE

function brakeOf(name: string, { mode, limit, counted, since }: BrakeFacts): Judged {
  const did = `${name} has deactivated, deleted or taken out of roles ${many(counted, 'object')} since ${iso(since)}`
  const common = { kind: 'brake' as const, integration: name, since: iso(since), count: counted }
  const look = `event-history --integration ${name} --last 1h --details`
  if (counted < limit)
    return {
      ...common,
      severity: 'attention',
      message: `${did}, and may do ${limit - counted} more this hour`,
      command: look,
    }
  const reached = `${did}; its limit is ${limit} an hour`
  if (mode === 'warn')
    return { ...common, severity: 'attention', message: `${reached}: its brake only warns`, command: look }
  const release = `integration release ${name} --for 1h`
  return {
    ...common,
    severity: 'problem',
    message: `${reached}: more is refused until the hour ends`,
    command: release,
  }
}
