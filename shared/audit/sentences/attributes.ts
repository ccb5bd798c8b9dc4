import { isSecret } from '../../scim/secrets.ts'
import type { Change } from '../rest-event.ts'
import { several } from './parts.ts'

/** The short name of an attribute: extension attributes without their URN. */
export const attributeName = (attribute: string): string =>
  attribute === 'members.display' ? 'display names of members' : attribute.slice(attribute.lastIndexOf(':') + 1)

/** How many attributes changed; those that the event had no room for are counted in a row of their own. */
export const countAttributes = (changes: readonly Change[]): number =>
  changes.reduce((sum, { attribute, after }) => sum + (attribute === '(cut)' ? leftOut(after) : 1), 0)

const leftOut = (text: unknown): number => Number(/^(\d+) attributes left out/.exec(String(text))?.[1] ?? 1)

/** `title`, `title and department`, `5 attributes`. */
export function attributes(changes: readonly Change[]): string {
  const count = countAttributes(changes)
  const names = changes.map(({ attribute }) => attributeName(attribute))
  return count <= 2 && !changes.some(({ attribute }) => attribute === '(cut)')
    ? names.join(' and ')
    : several(count, 'attribute')
}

/** Longer values are not told in a sentence. */
const MAX_VALUE = 60

/** A value after a change as a sentence tells it; undefined for what is secret, an object, or long. */
export function valueText({ attribute, after }: Change): string | undefined {
  if (after === undefined) return 'empty'
  if (isSecret(attribute) || typeof after === 'object') return undefined
  const text = String(after)
  return text !== '' && text.length <= MAX_VALUE ? text : undefined
}
