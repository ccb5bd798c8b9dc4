import { primed } from '../../shared/http/handler-options.ts'
import { keyFetcher } from '../../shared/http/oauth/fetch-keys.ts'
import { oauthHandler } from '../../shared/http/oauth/handler.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { OAUTH } from '../rehearsals.ts'

/** Gives access tokens to clients of OAuth 2.0, which anybody may ask it for. */
export const handler = await primed(
  (options) => oauthHandler({ ...options, fetchKeys: keyFetcher() }),
  (understudy) => rehearse(understudy, OAUTH),
)
