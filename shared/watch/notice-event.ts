import type { ResourceDomain, RestEvent } from '../audit/rest-event.ts'
import { namedId } from '../store/new-id.ts'
import type { Notice } from '../store/notices.ts'

/** What a notice says, and of what. */
export interface Told {
  kind: 'token-expires' | 'integration-silent'
  resourceDomain: ResourceDomain
  resourceId: string
  resourceName: string
  detail: string
  /** The command that mends it. */
  advice: string
}

/** The event of a notice: nobody's request, but the service's own. */
export function toNoticeEvent({ account, subject, tells }: Notice, { kind, ...told }: Told, now: Date): RestEvent {
  return {
    ...{ eventId: namedId(now.getTime(), `${account} ${subject} ${tells}`), account, time: now.toISOString() },
    ...{ type: 'ADMIN', method: 'NOTICE', endpoint: `notice/${kind}`, status: 200 },
    ...{ actorName: 'rolecall', actorDomain: 'ROLECALL', clientIp: 'none' },
    ...told,
  }
}
