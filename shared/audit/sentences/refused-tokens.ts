import type { Facts } from './facts.ts'
import { type Part, say, several, type Words } from './parts.ts'

/** Why callers were turned away, by the words of the row that counts them. */
const CAUSES: readonly [RegExp, (their: string) => string][] = [
  [/expired/, (their) => `${their} token had expired`],
  [/no such token/, (their) => `${their} token is unknown`],
  [/wrong secret/, (their) => `${their} token is wrong`],
  [/revoked/, (their) => `${their} token was revoked`],
  [/issued before/, (their) => `${their} token was issued before the cut-off`],
  [/is disabled/, () => 'the integration is disabled'],
  [/network policy|address/, (their) => `${their} address is not allowed`],
  [/bearer|scheme|quot|token of ours/i, (their) => `${their} token is malformed`],
]

/**
 * A row that counts callers whom the authorizer turned away: nobody knows who they were. Undefined for every other row.
 * Those that a policy only observes were let in.
 */
export function refusedTokens({ row, count, detail, status }: Facts): Words | undefined {
  if (row.METHOD !== 'ANY' || count === undefined) return undefined
  const requests = several(count, 'request')
  const [their, was] = count === 1 ? ['its', 'was'] : ['their', 'were']
  if (status < 400) {
    return say`${requests} in a minute came from an address that the network policy would refuse, and ${was} let in`
  }
  const told = detail.replace(/^Callers refused in this minute and address block: /, '')
  const [, cause] = CAUSES.find(([pattern]) => pattern.test(told)) ?? []
  const reason: Part = { is: 'reason', text: cause?.(String(their)) ?? (told || 'nobody wrote down why') }
  return say`${requests} ${was} turned away in a minute because ${reason}`
}
