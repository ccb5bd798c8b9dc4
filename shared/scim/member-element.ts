import { invalidValue } from './error.ts'
import { MAX_DISPLAY_BYTES } from './limits.ts'
import { quote } from './quote.ts'
import type { ComplexValue, Value } from './schema.ts'

const GROUP_URL = /(?:^|\/)groups\/[^/]+\/?$/i

/**
 * A group's members as they are kept: each user once, with the last display sent.
 * @throws {ScimError} 400 invalidValue when a member is a group, or its display too long for a membership.
 */
export function toMembers(elements: readonly ComplexValue[]): ComplexValue[] {
  const members = new Map<string, ComplexValue>()
  for (const element of elements) {
    const member = toMember(element)
    const id = String(member.value)
    const earlier = members.get(id)
    members.set(id, earlier ? Object.assign(earlier, member) : member)
  }
  return [...members.values()]
}

/** The user's id and the display the client sent; `$ref` and `type` follow from the id. */
function toMember(element: ComplexValue): ComplexValue {
  const { value, type, $ref, display } = element
  if (matchesText(type, /^group$/i) || matchesText($ref, GROUP_URL)) {
    throw invalidValue(`Cannot add ${quote(value)}: groups cannot be members of groups here; add the users themselves`)
  }
  checkDisplay(display)
  const member: ComplexValue = Object.create(null)
  if (value !== undefined) member.value = value
  if (display !== undefined) member.display = display
  member.type = 'User'
  return member
}

function checkDisplay(display: Value | undefined): void {
  const bytes = typeof display === 'string' ? Buffer.byteLength(display) : 0
  if (bytes <= MAX_DISPLAY_BYTES) return
  throw invalidValue(`Cannot read members.display: it has ${bytes} bytes, at most ${MAX_DISPLAY_BYTES} are allowed`)
}

function matchesText(value: Value | undefined, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}
