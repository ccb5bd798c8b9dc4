import type { MemberDelta, StoredMember } from './member-item.ts'
import { packIds, unpackIds } from './packed-ids.ts'

/** How an item holds the displays of some members: in their order, null for none; left out where there are none. */
type Displays = (string | null)[]

/**
 * A change of members as an item holds it: ids packed, and beside them the displays, where there are any. What was
 * before is no part of it unless it is asked for.
 */
export function packDelta({ add, remove, displays, lost }: MemberDelta, withBefore = false): Record<string, unknown> {
  const changed = displays.map(({ userId, after }) => ({ userId, display: after }))
  const old = displays.map(({ before }) => before)
  return {
    ...packMembers('add', add),
    ...packMembers('change', changed),
    ...(remove.length > 0 && { remove: packIds(remove) }),
    ...(withBefore && packDisplays('changeBefore', old)),
    ...(withBefore &&
      packDisplays(
        'removeDisplays',
        remove.map((userId) => lost?.get(userId)),
      )),
  }
}

/** A change of members read back. */
export function unpackDelta(item: Record<string, unknown>): MemberDelta {
  const remove = unpackIds(item.remove)
  const [before, had] = [displaysOf(item.changeBefore), displaysOf(item.removeDisplays)]
  const lost = remove.flatMap((userId, i) => (had[i] ? [[userId, had[i]] as const] : []))
  return {
    add: unpackMembers(item, 'add'),
    remove,
    displays: unpackMembers(item, 'change').map(({ userId, display }, i) => ({
      ...{ userId, after: display },
      ...(before[i] && { before: before[i] }),
    })),
    ...(lost.length > 0 && { lost: new Map(lost) }),
  }
}

function packMembers(name: string, members: StoredMember[]): Record<string, unknown> {
  if (members.length === 0) return {}
  const displays = members.map(({ display }) => display)
  return { [name]: packIds(members.map(({ userId }) => userId)), ...packDisplays(`${name}Displays`, displays) }
}

const packDisplays = (name: string, displays: (string | undefined)[]): Record<string, Displays> =>
  displays.some((display) => display !== undefined) ? { [name]: displays.map((display) => display ?? null) } : {}

function unpackMembers(item: Record<string, unknown>, name: string): StoredMember[] {
  const displays = displaysOf(item[`${name}Displays`])
  return unpackIds(item[name]).map((userId, i) => ({ userId, display: displays[i] ?? undefined }))
}

const displaysOf = (kept: unknown): Displays => (Array.isArray(kept) ? kept : [])
