import { type EventRow, presentEvent } from '../../shared/audit/event-row.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import type { Known } from '../../shared/audit/sentences/facts.ts'
import { sentenceText } from '../../shared/audit/sentences/sentence.ts'
import { anEvent } from './events.ts'

export const AT = new Date('2026-11-26T14:32:08.123Z')
export const IDS = {
  ada: '01a21a29-cb91-70bb-ba0a-4a4d899dbec4',
  bo: '01a21a29-cbb7-70a8-b23a-9f97df492b54',
  cy: '01a21a29-cbc6-7011-bef3-639c14a57cfd',
  finance: '01a21a29-ce29-7021-b0ff-03a7e8e6b3de',
}

/** An account with one integration of Okta and one of Entra, and two of no kind of its own. */
export const KNOWN: Known = {
  integrations: [
    { name: 'OKTA_PROVISIONING', clientKind: 'OKTA' },
    { name: 'ENTRA_PROVISIONING', clientKind: 'AZURE' },
    { name: 'HR feed', clientKind: 'GENERIC' },
  ],
  names: new Map([
    [IDS.ada, 'ada@example.com'],
    [IDS.bo, 'bo@example.com'],
  ]),
}

export const rowOf = (given: Partial<RestEvent>): EventRow => presentEvent(anEvent(AT, given))
export const sentenceOf = (given: Partial<RestEvent>, known: Known = KNOWN): string => sentenceText(rowOf(given), known)

/** A change of a user by Okta. */
export const ofAda = (given: Partial<RestEvent>): Partial<RestEvent> => ({
  ...{ method: 'PATCH', endpoint: `scim/v2/Users/${IDS.ada}` },
  ...{ resourceDomain: 'USER', resourceId: IDS.ada, resourceName: 'ada@example.com' },
  ...given,
})

/** A change of a role by Okta. */
export const ofFinance = (given: Partial<RestEvent>): Partial<RestEvent> => ({
  ...{ method: 'PATCH', endpoint: `scim/v2/Groups/${IDS.finance}` },
  ...{ resourceDomain: 'ROLE', resourceId: IDS.finance, resourceName: 'Finance' },
  ...given,
})

/** A request of an administrator. */
export const byAdmin = (given: Partial<RestEvent>): Partial<RestEvent> => ({
  ...{ type: 'ADMIN', actorName: 'arn:aws:iam::123456789012:user/ops-admin', actorDomain: 'IAM' },
  ...given,
})
