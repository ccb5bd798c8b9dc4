import { parseDigestStore } from '../../shared/config.ts'
import { auditHandler } from '../../shared/http/audit-handler.ts'
import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { AUDIT } from '../rehearsals.ts'

const place = parseDigestStore(process.env)

/** Shows the digests of the event history. */
export const handler = await primed(
  (options) => auditHandler(options, place),
  (understudy) => rehearse(understudy, AUDIT),
)
