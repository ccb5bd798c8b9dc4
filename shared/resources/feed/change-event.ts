import { isCut } from '../../audit/limit-changes.ts'
import type { Change, RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'

/** The form of {@link ChangeEvent}: another number is another form, members that are added are none. */
export const CHANGE_SCHEMA = 1

/** What changed. A role whose members alone change says so; else `changes` holds members beside the rest. */
export type ChangeKind = 'user.created' | 'user.changed' | 'user.deleted' | `role.${RoleChange}`
type RoleChange = 'created' | 'changed' | 'members.changed' | 'deleted'

/** One change of a user or a role, as applications read it (docs/changes.md). It holds no secret. */
export interface ChangeEvent {
  schema: typeof CHANGE_SCHEMA
  /** UUID of the event in the history; the same however often it is read. */
  id: string
  /** When the request began that made the change: ISO 8601, UTC. */
  time: string
  account: string
  kind: ChangeKind
  object: {
    id: string
    name: string
    /** The version that the change made; not known of members that were written beside other changes of the role. */
    version?: number
  }
  /** The role of a client and its integration; of an administrator the ARN and `IAM`. */
  actor: { name: string; integration: string }
  /** Attributes with their values before and after; `members.added` and `members.removed` list ids of users. */
  changes: Omit<Change, 'direct'>[]
  /** Values or members are missing in `changes`: read the object. */
  truncated?: true
  /** The id of the change that this one follows from: a role loses a user who is deleted. */
  cause?: string
}

/** The change that an event of the history tells. */
export function presentChange(event: RestEvent): ChangeEvent {
  const { eventId: id, time, account, resourceId = '', resourceName = '', version, actorName, actorDomain } = event
  const { changes = [], cause } = event
  return {
    schema: CHANGE_SCHEMA,
    ...{ id, time, account, kind: kindOf(event) },
    object: { id: resourceId, name: resourceName, ...(version !== undefined && { version }) },
    actor: { name: actorName, integration: actorDomain },
    changes: changes.map(({ direct: _, ...change }) => change),
    ...(isCut(changes) && { truncated: true }),
    ...(cause !== undefined && { cause }),
  }
}

function kindOf({ resourceDomain, act, changes = [] }: RestEvent): ChangeKind {
  if (resourceDomain === RESOURCE_TYPES.User.auditWord) return `user.${act ?? 'changed'}`
  if (act !== undefined) return `role.${act}`
  const isOfMembers = changes.length > 0 && changes.every(({ attribute }) => attribute.startsWith('members.'))
  return isOfMembers ? 'role.members.changed' : 'role.changed'
}
