import type { Client, Told } from './client.ts'
import { type Model, type ObjectState, stepOf, toState } from './object-model.ts'

/** What was asked of one object, as a step on its state. */
interface Operation {
  told: Told
  /** The states after it; none where it cannot have come from this one. */
  step: Model
  /** The step of the run before which it had its effect; infinite where nobody knows. */
  ended: number
  /** Whether it had none perhaps. */
  isOptional: boolean
}

/** Objects as they were before a run, by path; any other was not there. */
export type Known = ReadonlyMap<string, ObjectState>

/** Reads objects as they are. */
export async function know(paths: readonly string[], reader: Client): Promise<Known> {
  const known: [string, ObjectState][] = []
  for (const path of paths) {
    const heard = await reader.ask({ method: 'GET', path })
    known.push([path, heard?.status === 200 ? toState(heard.body) : null])
  }
  return new Map(known)
}

/**
 * Objects for which no order of what was asked explains what was answered and what is there now: each request that was
 * answered has its effect between being asked and being answered, each that was not at any later time, or never
 * (linearizability, Herlihy and Wing 1990).
 */
export async function unexplained(told: readonly Told[], before: Known, reader: Client): Promise<string[]> {
  const deleted = new Set(told.flatMap(({ asked }) => (asked.method === 'DELETE' ? [idOf(asked.path)] : [])))
  const wrong: string[] = []
  for (const [path, own] of Map.groupBy(told, pathOf)) {
    if (!/^\/(Users|Groups)\/[^/?]+$/.test(path) || isTouchedOtherwise(told, idOf(path))) continue
    await reader.ask({ method: 'GET', path })
    const last = reader.told.at(-1) as Told
    const end = Math.max(...own.map(({ ended }) => ended)) + 1
    const all = [...own, { ...last, begun: end, ended: end }]
    if (!isExplained(all, before.get(path) ?? null, deleted)) wrong.push(toSentence(path, all))
  }
  return wrong
}

/** The object that a request is about; one that made an object is about that. */
const pathOf = ({ asked, heard }: Told): string =>
  asked.method === 'POST' && heard?.status === 201 ? `${asked.path}/${heard.body.id}` : asked.path

const without = (state: ObjectState, deleted: ReadonlySet<string>): ObjectState =>
  state?.members ? { ...state, members: state.members.filter((id) => !deleted.has(id)) } : state

const idOf = (path: string) => path.split('/')[2] ?? ''

/** Whether requests of other paths changed it too: what they do is held against events and invariants alone. */
const isTouchedOtherwise = (told: readonly Told[], id: string): boolean =>
  told.some(
    ({ asked }) => /^\/(Bulk|admin)/.test(asked.path) && asked.method !== 'GET' && JSON.stringify(asked).includes(id),
  ) || told.some(({ asked }) => asked.path === '/admin/undo')

/**
 * What an answer says has become of a change: it is done, it is done though its answer could not be made, it was refused,
 * or nobody knows.
 */
export function fateOf({ heard }: Told): 'done' | 'late' | 'refused' | 'unknown' {
  if (!heard) return 'unknown'
  const detail = String(heard.body?.detail ?? '')
  if (heard.status < 400) return 'done'
  if (/the change is committed/.test(detail)) return 'late'
  return heard.status >= 500 && /may have been/.test(detail) ? 'unknown' : 'refused'
}

function toOperation(told: Told, deleted: ReadonlySet<string>): Operation {
  const fate = fateOf(told)
  const isOptional = fate === 'unknown'
  const ended = isOptional ? Number.POSITIVE_INFINITY : told.ended
  return { told, step: stepOf(told, fate === 'refused', deleted), ended, isOptional }
}

/** Looks for an order, the first that may come next first; what was tried from the same state is not tried again. */
export function isExplained(told: readonly Told[], before: ObjectState, deleted: ReadonlySet<string>): boolean {
  const operations = told.map((one) => toOperation(one, deleted))
  const seen = new Set<string>()
  const search = (left: readonly Operation[], state: ObjectState): boolean => {
    if (left.every(({ isOptional }) => isOptional)) return true
    const key = `${left.map(({ told }) => told.requestId).join()} ${JSON.stringify(state)}`
    if (seen.has(key)) return false
    seen.add(key)
    const bound = Math.min(...left.map(({ ended }) => ended))
    return left
      .filter(({ told }) => told.begun <= bound)
      .some((one) => {
        const rest = left.filter((other) => other !== one)
        return one.step(state).some((after) => search(rest, after)) || (one.isOptional && search(rest, state))
      })
  }
  return search(operations, without(before, deleted))
}

/** As short as it can be read: of ids the last four digits, of resources what runs change. */
function toSentence(path: string, told: readonly Told[]): string {
  const short = (text: string) => text.replace(/[0-9a-f]{8}-[0-9a-f-]{23}([0-9a-f]{4})/g, '$1')
  const lines = told.map(({ asked: { method, body }, heard, begun, ended }) => {
    const sent = (body as { Operations?: unknown } | undefined)?.Operations ?? (body ? toState(body) : '')
    const said = heard?.body?.meta ? toState(heard.body) : (heard?.body?.detail ?? '')
    return `  ${begun}-${ended} ${method} ${JSON.stringify(sent)} -> ${heard?.status ?? 'nothing'} ${JSON.stringify(said)}`
  })
  return short(`No order of these explains ${path}:\n${lines.join('\n')}`)
}
