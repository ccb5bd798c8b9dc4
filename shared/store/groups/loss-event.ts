import { membershipChanges } from '../../audit/changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { nameOf } from '../claims.ts'
import { instantOf, namedId } from '../new-id.ts'
import type { StoredResource } from '../resource-item.ts'
import { displaysOf, type StoredMember } from './member-item.ts'

/**
 * The event of a group that loses a member with a user whom `cause` deleted: the same id, whoever does it, so that it is
 * one. `n` counts how often this user has left this group by this delete: a request that was under way may add it again.
 */
export function toLoss(group: StoredResource, member: StoredMember, cause: RestEvent, n: number): RestEvent {
  return {
    ...cause,
    cause: cause.eventId,
    eventId: namedId(instantOf(cause.eventId), [cause.eventId, group.id, n].join(' ')),
    resourceId: group.id,
    resourceName: nameOf(group),
    resourceDomain: RESOURCE_TYPES.Group.auditWord,
    changes: membershipChanges({ added: [], removed: [member.userId], displays: [], lost: displaysOf([member]) }),
  }
}
