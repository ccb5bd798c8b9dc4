import { foldName } from '../scim/fold.ts'
import { presentEvent } from './event-row.ts'
import type { RestEvent } from './rest-event.ts'

/**
 * Whether an event shows every word of a text, in any order and letter case, in any field that auditors see: names,
 * attributes and their values, errors, addresses, ids; but for how long it took, which has numbers of every length.
 */
export function toTextMatcher(text: string): (event: RestEvent) => boolean {
  const words = text
    .split(/\s+/)
    .map(foldName)
    .filter((word) => word !== '')
  return ({ account: _, durationMs: _ms, ...event }) => {
    const { STATUS, ERROR_CODE } = presentEvent({ ...event, account: '' })
    const shown = foldName([STATUS, ERROR_CODE, ...leaves(event)].join('\n'))
    return words.every((word) => shown.includes(word))
  }
}

/** Every text and number in a value, at any depth, and the names of what holds them. */
function leaves(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(leaves)
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.entries(value).flatMap(([name, held]) => [name, ...leaves(held)])
}
