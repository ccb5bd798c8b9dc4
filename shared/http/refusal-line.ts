import type { RefusalReason } from '../store/events/refused-tokens.ts'
import type { LoggedRequest } from './failure.ts'
import { log } from './log.ts'
import type { Whose } from './request-line.ts'

/** One line for each caller who is refused, or would be if a policy did more than observe: that one is no figure. */
export function logRefusal(
  { requestContext: { requestId } }: LoggedRequest,
  reason: RefusalReason,
  { account, integration }: Whose = {},
): void {
  const whose = { ...(account && { account }), ...(integration && { integration }) }
  const isRefused = reason !== 'observed'
  const message = isRefused ? 'token refused' : 'token let in'
  log('INFO', message, { requestId, reason, ...whose }, isRefused ? { RefusedTokens: 1 } : {})
}
