import { isDeepStrictEqual } from 'node:util'
import type { Attributes, Value } from '../scim/schema.ts'
import { isSecret } from '../scim/secrets.ts'
import type { Change } from './rest-event.ts'

/** What stands for a value that is secret. */
const SET = '(set)'
/** The ids of a membership change that its event lists; the rest are counted. */
const MAX_LISTED_MEMBERS = 100

/**
 * What a change did, attribute by attribute at the top level, extension attributes under `<URN>:<name>`. Equal
 * attributes are left out, so no difference gives no rows; secrets show that they changed and nothing else.
 */
export function changesBetween(before: Attributes | undefined, after: Attributes | undefined): Change[] {
  const old = flatten(before)
  const fresh = flatten(after)
  const names = [...new Set([...old.keys(), ...fresh.keys()])]
  return names.flatMap((name) => toChange(name, old.get(name), fresh.get(name)))
}

/** What a change did to a group's members: the ids that came and went, at most 100 of each, and how many more. */
export function membershipChanges({ added, removed }: MembershipDelta): Change[] {
  const rows: [string, readonly string[], 'before' | 'after'][] = [
    ['members.added', added, 'after'],
    ['members.removed', removed, 'before'],
  ]
  return rows.flatMap(([attribute, ids, side]) => (ids.length === 0 ? [] : [{ attribute, [side]: listed(ids) }]))
}

export interface MembershipDelta {
  added: readonly string[]
  removed: readonly string[]
}

function listed(ids: readonly string[]): string[] {
  const left = ids.length - MAX_LISTED_MEMBERS
  return left <= 0 ? [...ids] : [...ids.slice(0, MAX_LISTED_MEMBERS), `… (${left} more)`]
}

function flatten(attributes: Attributes = Object.create(null)): Map<string, Value> {
  const flat = new Map<string, Value>()
  for (const [name, value] of Object.entries(attributes)) {
    const rows = isExtension(name, value) ? Object.entries(value).map(qualify(name)) : [[name, value] as const]
    for (const [path, held] of rows) if (held !== undefined) flat.set(path, held)
  }
  return flat
}

const qualify =
  (urn: string) =>
  ([name, value]: [string, Value]) =>
    [`${urn}:${name}`, value] as const

const isExtension = (name: string, value: Value): value is Attributes =>
  name.includes(':') && typeof value === 'object' && !Array.isArray(value)

function toChange(attribute: string, before: Value | undefined, after: Value | undefined): Change[] {
  if (isDeepStrictEqual(toPlain(before), toPlain(after))) return []
  const show = isSecret(attribute) ? () => SET : withoutSecrets
  return [
    {
      attribute,
      ...(before !== undefined && { before: show(before) }),
      ...(after !== undefined && { after: show(after) }),
    },
  ]
}

/** Values are compared by what they hold: an object read from the table has a prototype, a parsed one has none. */
function toPlain(value: Value | undefined): unknown {
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, toPlain(held)]))
}

function withoutSecrets(value: Value): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [name, isSecret(name) ? SET : withoutSecrets(held)]),
  )
}
