import { isDeepStrictEqual } from 'node:util'
import type { Body } from '../factories/resource-lambdas.ts'
import type { Told } from './client.ts'

/** What runs change of an object; null when it is gone. */
export type ObjectState = null | {
  name: string
  title?: string
  active?: boolean
  members?: string[]
}

/** The states in which an object may be after a step; none where the step cannot have come from this one. */
export type Model = (before: ObjectState) => ObjectState[]

/** Plainest reading of what a request does to an object, and of what its answer says about it. */
export function stepOf({ asked, heard }: Told, isRefused: boolean, deleted: ReadonlySet<string>): Model {
  const status = heard?.status ?? 0
  const shown = heard?.body?.meta ? toState(heard.body, deleted) : undefined
  const agrees = (state: ObjectState) => shown === undefined || isLike(state, shown, asked.method === 'GET')
  if (isRefused) return (before) => (status === 404 && before !== null ? [] : [before])
  if (asked.method === 'GET') return (before) => (agrees(before) ? [before] : [])
  if (asked.method === 'POST') return (before) => (before === null && shown ? [toState(asked.body, deleted)] : [])
  return (before) => {
    if (before === null) return []
    if (asked.method === 'DELETE') return [null]
    const after = asked.method === 'PUT' ? replaced(before, asked.body, deleted) : patched(before, asked.body, deleted)
    return agrees(after) ? [after] : []
  }
}

/** An object as it is shown or sent; members who are deleted meanwhile leave at some time, and do not count. */
export function toState(body: Body, deleted: ReadonlySet<string> = new Set()): NonNullable<ObjectState> {
  const { userName, displayName, title, active = true, members = [] } = body
  if (userName === undefined) return { name: displayName, members: idsOf(members, deleted) }
  return { name: userName, active, ...(title !== undefined && { title }) }
}

const idsOf = (members: readonly { value: string }[], deleted: ReadonlySet<string>): string[] =>
  members
    .map(({ value }) => value)
    .filter((id) => !deleted.has(id))
    .sort()

/** Whether this is what is shown; the answer to a change may leave out the members. */
function isLike(state: ObjectState, shown: NonNullable<ObjectState>, isWhole: boolean): boolean {
  if (state === null) return false
  const compared = (some: object) => (isWhole || shown.members?.length ? some : { ...some, members: [] })
  return isDeepStrictEqual(compared(state), compared(shown))
}

interface PatchOperation {
  op: string
  path: string
  value?: unknown
}

type Present = NonNullable<ObjectState>

/** Whole, but that who was deactivated is not activated by saying nothing of it (docs/decisions). */
function replaced(before: Present, body: Body, deleted: ReadonlySet<string>): Present {
  const after = toState(body, deleted)
  return body.active === undefined && before.active !== undefined ? { ...after, active: before.active } : after
}

function patched(before: Present, body: unknown, deleted: ReadonlySet<string>): Present {
  const { Operations } = body as { Operations: PatchOperation[] }
  return Operations.reduce<Present>((state, one) => patchedBy(state, one, deleted), before)
}

function patchedBy(state: NonNullable<ObjectState>, { op, path, value }: PatchOperation, deleted: ReadonlySet<string>) {
  if (path !== 'members') {
    const key = path === 'userName' || path === 'displayName' ? 'name' : path
    return { ...state, [key]: value }
  }
  const given = idsOf((value as { value: string }[] | undefined) ?? [], deleted)
  const had = state.members ?? []
  if (op === 'add') return { ...state, members: [...new Set([...had, ...given])].sort() }
  return { ...state, members: value === undefined ? [] : had.filter((id) => !given.includes(id)) }
}
