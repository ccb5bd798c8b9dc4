import { CUT_MARKER, isCutText } from '../../../shared/audit/cut-text.ts'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'
import { isSecret } from '../../../shared/scim/secrets.ts'

/** Attributes as events name them: at the top level, those of extensions under `<URN>:<name>`. */
export type FlatAttributes = ReadonlyMap<string, unknown>

/** What an object was at a time. */
export interface AsOf {
  attributes: FlatAttributes
  /** Attributes whose value then is not known: the event that changed them kept only a part of it. */
  unknown: ReadonlySet<string>
}

/** What administrators are shown beside attributes, and what has a place of its own on the page. */
const NO_ATTRIBUTES = new Set([
  'schemas',
  'id',
  'meta',
  'groups',
  'members',
  'owner',
  'directChanges',
  'rolesCount',
  'memberCount',
])

/** The attributes of an object as the service answers it. */
export function flatten(resource: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const own = Object.entries(resource).filter(([name]) => !NO_ATTRIBUTES.has(name))
  return new Map(own.flatMap(([name, value]) => (name.startsWith('urn:') ? partsOf(name, value) : [[name, value]])))
}

const partsOf = (urn: string, value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).map(([name, held]) => [`${urn}:${name}`, held])
    : [[urn, value]]

/** Takes back, newest first, what the events after a time changed. `now` is what the object is now: nothing once it is gone. */
export function asOf(id: string, now: FlatAttributes, rows: readonly EventRow[], at: number): AsOf {
  const attributes = new Map(now)
  const unknown = new Set<string>()
  for (const row of rows) {
    if (Date.parse(row.EVENT_TIMESTAMP) <= at) break
    if (row.RESOURCE_ID !== id || row.HTTP_STATUS >= 400) continue
    for (const { attribute, before } of toFacts(row, {}).changes) {
      if (attribute.startsWith('members.')) continue
      unknown.delete(attribute)
      if (before === undefined) attributes.delete(attribute)
      else attributes.set(attribute, before)
      if (attribute === CUT_MARKER || isCutText(before) || isSecret(attribute)) unknown.add(attribute)
    }
  }
  return { attributes, unknown }
}
