import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { newId } from '../../shared/store/new-id.ts'

/** A successful read by Okta at the given instant; whatever matters to a test is given. */
export function anEvent(at: Date, given: Partial<RestEvent> = {}): RestEvent {
  return {
    eventId: newId(at),
    account: 'default',
    time: at.toISOString(),
    type: 'SCIM',
    endpoint: 'scim/v2/Users',
    method: 'GET',
    status: 200,
    clientIp: '203.0.113.7',
    actorName: 'OKTA_PROVISIONER',
    actorDomain: 'OKTA_PROVISIONING',
    requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    ...given,
  }
}
