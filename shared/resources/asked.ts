import { tooLarge } from '../scim/error.ts'
import { MAX_NAMED_MEMBERS } from '../scim/limits.ts'
import type { Member, MemberStep } from '../scim/members.ts'
import { applyPatch, listMemberSteps } from '../scim/patch/apply.ts'
import { parsePatch } from '../scim/patch/request.ts'
import { withDefaults } from '../scim/representation.ts'
import { type Attributes, hasMembers, type Json, type ResourceType } from '../scim/schema.ts'
import { parseResource } from '../scim/validate.ts'

/** What a request asks of a resource. */
export interface Asked {
  /** The attributes it wants, in the client's shape, from what they were; none were before a create. */
  attributes(before: Attributes): Attributes
  /** What it wants of the members, in order; nothing where the type has none. */
  memberSteps: MemberStep[]
}

/**
 * What the body of a POST or PUT asks for: all of the resource; `fill` adds to what was sent, before default values do.
 * @throws {ScimError} 400, 413.
 */
export function parseWhole(type: ResourceType, body: Json, fill = (attributes: Attributes) => attributes): Asked {
  const { members = [], ...attributes } = parseResource(type, body)
  const memberSteps: MemberStep[] = [{ kind: 'replace', members: members as unknown as Member[] }]
  return {
    attributes: (before) => withDefaults(type, fill(attributes), before),
    memberSteps: hasMembers(type) ? withinLimit(memberSteps) : [],
  }
}

/** What the body of a PATCH asks for: changes of what is there. @throws {ScimError} 400, 413. */
export function parseChanges(type: ResourceType, id: string, body: Json): Asked {
  const operations = parsePatch(type, body)
  return {
    attributes: (before) => applyPatch(type, before, operations, { id }).attributes,
    memberSteps: withinLimit(listMemberSteps(operations)),
  }
}

/** Refused before anything is read. @throws {ScimError} 413 for more members than one request may name. */
function withinLimit(steps: MemberStep[]): MemberStep[] {
  const named = steps.reduce((sum, step) => sum + namedBy(step), 0)
  if (named <= MAX_NAMED_MEMBERS) return steps
  throw tooLarge(`Cannot change ${named} members in one request: name at most ${MAX_NAMED_MEMBERS} at a time`)
}

const namedBy = (step: MemberStep): number =>
  'members' in step ? step.members.length : 'ids' in step ? step.ids.length : 0
