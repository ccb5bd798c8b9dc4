import * as z from 'zod/mini'
import type { RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'

/** What {@link BusDetail} says that a change was of, by the word of its event. */
const TYPES: Readonly<Record<string, 'User' | 'Group' | 'Integration'>> = {
  [RESOURCE_TYPES.User.auditWord]: 'User',
  [RESOURCE_TYPES.Group.auditWord]: 'Group',
  INTEGRATION: 'Integration',
}

/** A change as EventBridge carries it (docs/changes.md): it names nobody, so rules and targets may be anybody's. */
export const busDetail = z.strictObject({
  schema: z.literal(1),
  /** Of the event in the history: who has seen it before drops it. */
  eventId: z.string(),
  account: z.string(),
  /** When the request began that made the change: ISO 8601, UTC. */
  at: z.iso.datetime(),
  resource: z.strictObject({
    type: z.enum(['User', 'Group', 'Integration']),
    id: z.string(),
    /** That the change made; none where it is not known. */
    version: z.optional(z.int()),
  }),
  /** The role that owns what a client changed; none of what an administrator did. */
  owner: z.optional(z.string()),
  /** The integration; `IAM` of an administrator. */
  integration: z.string(),
  /** The attributes that changed. */
  attributes: z.array(z.string()),
  /** The event that this one follows from. */
  cause: z.optional(z.string()),
})
export type BusDetail = z.infer<typeof busDetail>

export interface BusEvent {
  detailType: string
  detail: BusDetail
}

/** The event of EventBridge for a change of a user, a group or an integration; none for anything else. */
export function toBusEvent(event: RestEvent): BusEvent | undefined {
  const { resourceId: id, resourceDomain = '', changes, status, version, cause } = event
  const type = TYPES[resourceDomain]
  if (!type || id === undefined || changes === undefined || status >= 400) return undefined
  const attributes = [...new Set(changes.map(({ attribute }) => attribute))]
  const detail = {
    ...{ schema: 1 as const, eventId: event.eventId, account: event.account, at: event.time },
    resource: { type, id, ...(version !== undefined && { version }) },
    ...(event.type === 'SCIM' && { owner: event.actorName }),
    ...{ integration: event.actorDomain, attributes },
    ...(cause !== undefined && { cause }),
  }
  return { detailType: detailTypeOf(type, event.act, attributes), detail }
}

function detailTypeOf(type: BusDetail['resource']['type'], act: RestEvent['act'], attributes: string[]): string {
  const isOfMembers = attributes.length > 0 && attributes.every((name) => name.startsWith('members.'))
  if (type === 'Group' && act === undefined && isOfMembers) return 'Members Changed'
  return `${type} ${act === undefined ? 'Changed' : act === 'created' ? 'Created' : 'Deleted'}`
}
