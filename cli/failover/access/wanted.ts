import { sameValue } from '../../../shared/audit/changes.ts'
import { isCutText } from '../../../shared/audit/cut-text.ts'
import type { Change, RestEvent } from '../../../shared/audit/rest-event.ts'
import { REPAIR, type Told } from '../history.ts'

/** What a value is once a change that shut somebody out counts too: the same where it does so already. */
export type Closes = (closing: Pick<Change, 'before' | 'after'>, value: unknown) => unknown

/** One word shuts out. */
export const closesAs =
  (closed: unknown): Closes =>
  ({ after }, value) =>
    after === closed ? closed : value

/** The later of two instants shuts out more. */
export const closesLater: Closes = ({ after }, value) =>
  typeof after === 'string' && (typeof value !== 'string' || value < after) ? after : value

/** Of a list of those who may, whoever was taken away stays away. */
export const closesWithout: Closes = ({ before, after }, value) => {
  const gone = listOf(before).filter((one) => !has(listOf(after), one))
  return Array.isArray(value) ? value.filter((one) => !has(gone, one)) : value
}

/** The same of a list that lets everybody in where it is empty. */
export const closesWithoutEmptying: Closes = (closing, value) => {
  const left = closesWithout(closing, value)
  return listOf(left).length === 0 ? value : left
}

/** Of a list of those who may not, whoever was added stays. */
export const closesWith: Closes = ({ before, after }, value) => {
  const come = listOf(after).filter((one) => !has(listOf(before), one))
  return Array.isArray(value) ? [...value, ...come.filter((one) => !has(value, one))] : value
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const has = (list: readonly unknown[], one: unknown): boolean => list.some((other) => sameValue(one, other))

/** What a setting is to be, and the change that says so. */
export interface WantedValue {
  value: unknown
  event: RestEvent
}

/**
 * What a history makes of a setting: as the newest epoch left it, and shut for whomever an older one shut out without the
 * newer one knowing of it. Nothing where the history does not tell of it, or not whole.
 */
export function wantedOf(history: readonly Told[], attribute: string, closes?: Closes): WantedValue | undefined {
  const told = toldOfSetting(history, attribute)
  const last = told.at(-1)
  if (!last || isCutText(last.after)) return undefined
  let wanted: WantedValue = { value: last.after, event: last.event }
  for (const [epoch, own] of Map.groupBy(told, (one) => one.epoch)) {
    const [first, end] = [own[0], own.at(-1)]
    const newer = told.filter((one) => one.epoch > epoch && one.event.method !== REPAIR)
    if (!closes || !first || !end || newer.length === 0 || sameValue(first.before, end.after)) continue
    const net = { before: first.before, after: end.after }
    const value = closes(net, wanted.value)
    if (!sameValue(value, wanted.value) && !knewOf(newer, net, closes)) wanted = { value, event: end.event }
  }
  return wanted
}

const toldOfSetting = (history: readonly Told[], attribute: string) =>
  history.flatMap(({ event, epoch }) =>
    (event.changes ?? [])
      .filter((change) => change.attribute === attribute)
      .map(({ before, after }) => ({ before, after, event, epoch })),
  )

/** Whether some changes began with what was shut, without one of them having shut it. */
function knewOf(
  newer: readonly Pick<Change, 'before' | 'after'>[],
  net: Pick<Change, 'before' | 'after'>,
  closes: Closes,
) {
  const isShut = (value: unknown) => sameValue(closes(net, value), value)
  return newer.some(({ before }, i) => isShut(before) && !(i > 0 && isShut(newer[i - 1]?.after)))
}

/** Whether the change from one value to another shuts somebody out. */
export const isClosing = (closes: Closes | undefined, before: unknown, after: unknown): boolean =>
  closes !== undefined && !sameValue(closes({ before, after }, before), before)

/** Settings with how each of them shuts out, or null where it does not. */
export type Settings = Readonly<Record<string, Closes | null>>

/** Settings that are not as their history wants them. */
export interface Behind {
  changes: Change[]
  /** The change that is done again: the last of them that shuts out, else the last. */
  event: RestEvent | undefined
  isClosing: boolean
}

/** Holds settings as they are against a history. */
export function behindOf(
  history: readonly Told[],
  settings: Settings,
  held: Readonly<Record<string, unknown>>,
): Behind {
  const rows = Object.entries(settings).flatMap(([attribute, closes]) => {
    const wanted = wantedOf(history, attribute, closes ?? undefined)
    const before = held[attribute]
    if (!wanted || sameValue(wanted.value, before)) return []
    return [
      {
        attribute,
        before,
        after: wanted.value,
        event: wanted.event,
        shuts: isClosing(closes ?? undefined, before, wanted.value),
      },
    ]
  })
  return {
    changes: rows.map(({ attribute, before, after }) => ({
      attribute,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    })),
    event: (rows.findLast(({ shuts }) => shuts) ?? rows.at(-1))?.event,
    isClosing: rows.some(({ shuts }) => shuts),
  }
}

/** The change that took something away for good, by the name it had: nothing where it was made again, or never went. */
export function droppedBy(history: readonly Told[], attribute: string): RestEvent | undefined {
  const lives = toldOfSetting(history, attribute).filter(
    ({ before, after }) => (before === undefined) !== (after === undefined),
  )
  const last = lives.at(-1)
  return last?.after === undefined ? last?.event : undefined
}

/** What of a history is about the one that is there, and not about another one of its name before it. */
export function sinceMade(history: readonly Told[], attribute: string): readonly Told[] {
  const isMade = ({ event: { changes = [] } }: Told) =>
    changes.some(
      (change) => change.attribute === attribute && change.before === undefined && change.after !== undefined,
    )
  return history.slice(Math.max(0, history.findLastIndex(isMade)))
}
