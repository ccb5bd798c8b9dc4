import { isDeepStrictEqual } from 'node:util'
import type { Attributes, Value } from '../scim/schema.ts'
import { isSecret } from '../scim/secrets.ts'
import { countListed, isCut, listed, moreOf } from './listed.ts'
import type { Change } from './rest-event.ts'

/** What stands for a value that is secret. */
const SET = '(set)'

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

/**
 * What a change did to a group's members: the ids that came and went, and the displays that changed; at most 100 of
 * each, and how many more.
 */
export function membershipChanges({ added, removed, displays, leaving, lost }: MembershipDelta): Change[] {
  const sideOf = (side: 'before' | 'after') =>
    displays.map(({ userId, [side]: display }) => ({ value: userId, ...(display !== undefined && { display }) }))
  const had = [...(lost ?? [])].map(([value, display]) => ({ value, display }))
  const before = [...sideOf('before'), ...had]
  return [
    ...(added.length > 0 ? [{ attribute: MEMBER_CHANGES.added, after: listed(added) }] : []),
    ...(removed.length > 0 ? [{ attribute: MEMBER_CHANGES.removed, before: listed(removed, leaving) }] : []),
    ...(before.length > 0
      ? [
          {
            attribute: MEMBER_CHANGES.display,
            before: listed(before),
            ...(displays.length > 0 && { after: listed(sideOf('after')) }),
          },
        ]
      : []),
  ]
}

/** Under which names an event tells of members. */
export const MEMBER_CHANGES = {
  added: 'members.added',
  removed: 'members.removed',
  display: 'members.display',
} as const

/** Whether these changes list every member they tell of. */
export const listsAllMembers = (changes: readonly Change[]): boolean =>
  changes.every(({ attribute, before, after }) => !attribute.startsWith('members.') || !(isCut(before) || isCut(after)))

/**
 * A change of a group's members as one of them sees it: who came or went is this member and so many others, whether or
 * not the event lists it.
 */
export function changesOfMember(changes: readonly Change[], kind: 'added' | 'removed', userId: string): Change[] {
  const attribute = `members.${kind}`
  const side = kind === 'added' ? 'after' : 'before'
  const others = countListed(changes.find((change) => change.attribute === attribute)?.[side]) - 1
  const own = { attribute, [side]: [userId, ...(others > 0 ? [moreOf(others)] : [])] }
  return [...changes.filter((change) => !change.attribute.startsWith('members.')), own]
}

export interface MembershipDelta {
  added: readonly string[]
  removed: readonly string[]
  /** How many are removed, where `removed` names some of them only. */
  leaving?: number
  /** Displays that those removed had, by id, as far as they are known. */
  lost?: ReadonlyMap<string, string> | undefined
  displays: readonly { userId: string; before?: string | undefined; after?: string | undefined }[]
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
  if (sameValue(before, after)) return []
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
export const sameValue = (a: unknown, b: unknown): boolean => isDeepStrictEqual(toPlain(a), toPlain(b))

function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, toPlain(held)]))
}

function withoutSecrets(value: Value): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [name, isSecret(name) ? SET : withoutSecrets(held)]),
  )
}
