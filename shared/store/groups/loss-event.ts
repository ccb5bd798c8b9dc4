import { membershipChanges } from '../../audit/changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { nameOf } from '../claims.ts'
import { newId } from '../new-id.ts'
import type { StoredResource } from '../resource-item.ts'
import { displaysOf, type StoredMember } from './member-item.ts'

/**
 * The event of a group that loses a member with a user whom `cause` deleted, by whoever deleted it, at the time when it
 * does: a sweep may come late, and readers of the history look for what is new at its own time. That a loss is told once
 * is for the membership to see to, which can be taken away once.
 */
export function toLoss(group: StoredResource, member: StoredMember, cause: RestEvent, now: Date): RestEvent {
  const { act: _act, version: _version, turn: _turn, durationMs: _ms, ...from } = cause
  return {
    ...from,
    cause: cause.eventId,
    time: now.toISOString(),
    eventId: newId(now),
    resourceId: group.id,
    resourceName: nameOf(group),
    resourceDomain: RESOURCE_TYPES.Group.auditWord,
    changes: membershipChanges({ added: [], removed: [member.userId], displays: [], lost: displaysOf([member]) }),
  }
}
