import { changeOf, type Facts, isDryRun } from '../../../shared/audit/sentences/facts.ts'
import { membersOf } from '../../../shared/audit/sentences/members.ts'
import type { IconName } from '../parts/icon-name.ts'
import type { Tone } from '../parts/tone.ts'

/** The drawing before a sentence; the sentence says the same. */
export interface MarkOf {
  icon: IconName
  tone: Tone
}

const of = (icon: IconName, tone: Tone): MarkOf => ({ icon, tone })

/** Which mark an event has: by what it did, red where it was refused or failed, grey where it only asked. */
export function markOf(facts: Facts): MarkOf {
  const mark = RULES.find(({ fits }) => fits(facts))?.mark ?? of('pencil', 'accent')
  const isNotDone = facts.status >= 400 && facts.row.METHOD !== 'NOTICE'
  return isNotDone ? { ...mark, tone: 'fail' } : mark
}

const isOf = (word: string) => (facts: Facts) => facts.path.includes(word)
const hasMembers = (kind: 'added' | 'removed') => (facts: Facts) => membersOf(facts, kind).isGiven
const isRead = (facts: Facts): boolean =>
  /^(GET|INVOKE)$/.test(facts.row.METHOD) || /^(\.search|whoami)$/.test(facts.path.at(-1) ?? '') || isDryRun(facts)

/** The first that fits. */
const RULES: readonly { fits(facts: Facts): boolean; mark: MarkOf }[] = [
  { fits: ({ row }) => row.METHOD === 'ANY', mark: of('shield', 'fail') },
  { fits: ({ row }) => row.METHOD === 'NOTICE', mark: of('warning', 'loss') },
  { fits: isRead, mark: of('eye', 'plain') },
  { fits: isOf('undo'), mark: of('undo', 'accent') },
  { fits: isOf('undrop'), mark: of('undo', 'gain') },
  { fits: ({ path }) => path.at(-1) === 'Bulk', mark: of('roles', 'accent') },
  { fits: (facts) => isOf('tokens')(facts) || isOf('oauth')(facts) || isOf('token')(facts), mark: of('key', 'accent') },
  { fits: ({ row, changes }) => row.METHOD === 'DELETE' && !changes.some(isMemberChange), mark: of('minus', 'loss') },
  { fits: ({ row }) => row.METHOD === 'POST' && row.RESOURCE_DOMAIN !== null, mark: of('plus', 'gain') },
  { fits: (facts) => changeOf(facts, 'active')?.after === false, mark: of('struck', 'loss') },
  { fits: (facts) => changeOf(facts, 'active')?.after === true, mark: of('check', 'gain') },
  { fits: (facts) => hasMembers('added')(facts) && !hasMembers('removed')(facts), mark: of('in', 'gain') },
  { fits: (facts) => hasMembers('removed')(facts) && !hasMembers('added')(facts), mark: of('out', 'loss') },
  { fits: ({ row }) => row.METHOD === 'DELETE', mark: of('minus', 'loss') },
]

const isMemberChange = ({ attribute }: { attribute: string }): boolean => attribute.startsWith('members.')
