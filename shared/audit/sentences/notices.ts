import { changeOf, type Facts, textAt } from './facts.ts'
import { objectOf, withWord } from './object.ts'
import { say, several, type Words } from './parts.ts'
import { daysBetween } from './time.ts'

/** What the service says by itself: `Rolecall: the token entra-prod ends in 7 days`. Undefined for requests. */
export function notice(facts: Facts): Words | undefined {
  const { row, path } = facts
  if (row.METHOD !== 'NOTICE') return undefined
  const told = NOTICES[path[1] ?? '']?.(facts)
  return say`Rolecall: ${told ?? plain(facts)}`
}

/** A notice that we have no words for says what it has. */
function plain({ detail, path, row }: Facts): Words {
  if (detail !== '') return [{ is: 'reason', text: detail }]
  return say`${path.slice(1).join('/') || row.ENDPOINT || 'a notice'}`
}

const NOTICES: Readonly<Record<string, (facts: Facts) => Words | undefined>> = {
  'token-expires': (facts) => {
    const days = numberAt(facts, 'daysLeft') ?? daysBetween(facts.row.EVENT_TIMESTAMP, textAt(facts, 'expiresAt'))
    const token = withWord('TOKEN', objectOf(facts, 'TOKEN', -1))
    return days === undefined ? undefined : say`${token} ends in ${several(days, 'day')}`
  },
  'integration-silent': (facts) => {
    const days = numberAt(facts, 'silentDays') ?? daysSince(facts, 'lastUsedAt') ?? daysSince(facts, 'silentSince')
    const integration = withWord('INTEGRATION', objectOf(facts, 'INTEGRATION', -1))
    return days === undefined ? undefined : say`${integration} has been silent for ${several(days, 'day')}`
  },
  brake: (facts) =>
    facts.detail === ''
      ? say`${withWord('INTEGRATION', objectOf(facts, 'INTEGRATION', -1))} has reached the limit of its brake`
      : undefined,
}

const numberAt = (facts: Facts, attribute: string): number | undefined => {
  const value = changeOf(facts, attribute)?.after
  return typeof value === 'number' ? value : undefined
}

function daysSince(facts: Facts, attribute: string): number | undefined {
  const since = textAt(facts, attribute)
  return since === undefined ? undefined : daysBetween(since, facts.row.EVENT_TIMESTAMP)
}
