import { commandFor } from '../../resources/command-for.ts'
import type { HealthFacts } from './facts.ts'
import type { HealthFinding, Judged } from './finding.ts'
import { judgeCallers, judgeChangesByHand, judgeRefusals } from './requests.ts'
import { judgeBrakes, judgeSilence, judgeWork } from './running.ts'
import { judgeTokens } from './tokens.ts'

const JUDGES = [
  ...[judgeWork, judgeTokens, judgeSilence, judgeBrakes],
  ...[judgeCallers, judgeRefusals, judgeChangesByHand],
]

/** What asks for an administrator, problems first, and of each what lasts longest; pure. */
export function judgeHealth(facts: HealthFacts): HealthFinding[] {
  const rank = ({ severity, since = '' }: HealthFinding) => `${severity === 'problem' ? 0 : 1} ${since || '~'}`
  const toFinding = ({ advice, command, ...finding }: Judged): HealthFinding => ({
    ...finding,
    command: advice ?? commandFor(facts.account, command),
  })
  return JUDGES.flatMap((judge) => judge(facts).map(toFinding)).sort((a, b) =>
    rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0,
  )
}
