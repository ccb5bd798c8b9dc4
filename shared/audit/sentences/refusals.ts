import type { Facts } from './facts.ts'
import { type Part, say, type Words } from './parts.ts'

/** Whether we could not do it; 501 says that there is no such thing, and a secondary region refuses writes. */
const isFault = ({ status, detail }: Facts): boolean => status >= 500 && status !== 501 && !isSecondary(detail)
const isSecondary = (detail: string): boolean => /\bsecondary\b/i.test(detail)

/** How a request ended that was not done: `and was refused: OKTA_PROVISIONER owns it`. */
export function refusalOf(facts: Facts): Words {
  const { status, detail } = facts
  if (isFault(facts)) return say` and Rolecall failed (${String(status)})`
  if (status === 429 && /integration release/.test(detail)) return say` and was stopped: ${reason(brakeReason(detail))}`
  if (status === 429) return say` and was asked to wait${waitOf(facts)}`
  return say` and was refused: ${reason(reasonOf(facts))}`
}

const reason = (text: string): Part => ({ is: 'reason', text })

/** `25 deactivations an hour reached`, in whatever sentence the client was told it. */
function brakeReason(detail: string): string {
  const [, reached] = /(\d[\d,]* [a-z][a-z ,]*? (?:an|per) hour)/i.exec(detail) ?? []
  return reached ? `${reached.replace(/ per hour$/, ' an hour')} reached` : withoutCapital(detail)
}

const waitOf = ({ retryAfter, detail }: Facts): string | undefined => {
  const seconds = retryAfter ?? Number(/\b(\d{1,6}) s(?:econds)?\b/.exec(detail)?.[1])
  return Number.isFinite(seconds) ? ` ${seconds} s` : undefined
}

function reasonOf(facts: Facts): string {
  const found = REASONS.find(({ fits }) => fits(facts))
  return found?.say(facts) ?? withoutCapital(facts.detail)
}

/** What is told shorter than the client was told; everything else is told in the same words. */
const REASONS: readonly { fits(facts: Facts): boolean; say(facts: Facts): string }[] = [
  {
    fits: ({ status, detail }) => status === 403 && /belongs to role "/.test(detail),
    say: ({ detail }) => `${/belongs to role "((?:[^"\\]|\\.)*)"/.exec(detail)?.[1]} owns it`,
  },
  {
    fits: ({ status, detail }) => status === 403 && /lacks the privilege \w+$/.test(detail),
    say: ({ detail }) => `its role ${/lacks the privilege \w+$/.exec(detail)?.[0]}`,
  },
  { fits: ({ row, status }) => status === 409 && row.ERROR_CODE === '409 uniqueness', say: () => 'the name is taken' },
  { fits: ({ status }) => status === 412, say: () => 'it had changed in between (412)' },
  {
    fits: ({ row }) => row.ERROR_CODE === '400 invalidFilter',
    say: ({ detail }) => `the filter cannot be read: ${detail}`,
  },
  { fits: ({ status }) => status === 413, say: () => 'the body is too large' },
  { fits: ({ detail }) => isSecondary(detail), say: () => 'this region is a secondary' },
  {
    fits: ({ detail }) => detail === '',
    say: ({ row }) =>
      row.HTTP_STATUS ? `the answer was ${row.ERROR_CODE || row.HTTP_STATUS}` : 'nobody wrote down why',
  },
]

/** A detail as it stands within a sentence. */
const withoutCapital = (detail: string): string => detail.replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase())
