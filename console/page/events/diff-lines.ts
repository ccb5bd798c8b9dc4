import { CUT_MARKER, isCutText } from '../../../shared/audit/cut-text.ts'
import type { Change } from '../../../shared/audit/rest-event.ts'
import { attributeName } from '../../../shared/audit/sentences/attributes.ts'
import { isSecret } from '../../../shared/scim/secrets.ts'

/** One value before or after a change. */
export interface Cell {
  text: string
  /** The user whom the value is. */
  userId?: string
  /** `cut`: only its beginning was kept; `secret`: that it changed is all that was kept; `more`: so many were not listed. */
  is?: 'cut' | 'secret' | 'more'
  /** It is on the other side too. */
  isSame?: true
}

/** One attribute before and after, value by value. */
export interface DiffLine {
  attribute: string
  /** The whole name, where the shown one is a part of it. */
  path: string
  before: readonly Cell[]
  after: readonly Cell[]
}

/** What a change did, line by line, and how many attributes its event had no room for, in its words. */
export interface Diff {
  lines: readonly DiffLine[]
  leftOut?: string
}

/** Reads the changes of an event for a table: objects by sub-attribute, lists item by item, members by id. */
export function diffOf(changes: readonly Change[]): Diff {
  const marker = changes.find(({ attribute }) => attribute === CUT_MARKER)
  const lines = changes.filter((change) => change !== marker).flatMap(toLines)
  return { lines, ...(marker && { leftOut: String(marker.after) }) }
}

function toLines(change: Change): DiffLine[] {
  const { attribute, before, after } = change
  if (isPlainObject(before) || isPlainObject(after)) return partsOf(change)
  const line = (was: readonly Cell[], is: readonly Cell[]): DiffLine[] => [
    { attribute: attributeName(attribute), path: attribute, before: was, after: is },
  ]
  if (isSecret(attribute)) return line(secret(before), secret(after))
  const toCell = MEMBERS.test(attribute) ? memberCell : cellOf
  const [was, is] = [itemsOf(before).map(toCell), itemsOf(after).map(toCell)]
  return line(markSame(was, is), markSame(is, was))
}

const MEMBERS = /^members\.(added|removed)$/

/** Each sub-attribute that differs as a line of its own: `name.givenName`. */
function partsOf({ attribute, before, after }: Change): DiffLine[] {
  const [old, fresh] = [recordOf(before), recordOf(after)]
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
  const differing = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name]))
  return differing.flatMap((name) =>
    toLines({ attribute: `${attribute}.${name}`, before: old[name], after: fresh[name] }),
  )
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const recordOf = (value: unknown): Record<string, unknown> =>
  isPlainObject(value) ? value : value === undefined ? {} : { value }

const itemsOf = (value: unknown): readonly unknown[] => {
  if (value === undefined || value === null || value === '') return []
  return Array.isArray(value) ? value : [value]
}

const secret = (value: unknown): Cell[] => (value === undefined ? [] : [{ text: 'set', is: 'secret' }])

const MORE = /^… \((\d+) more\)$/
const CUT = /… \((\d+) characters left out\)$/

function memberCell(value: unknown): Cell {
  const text = String(value)
  const [, more] = MORE.exec(text) ?? []
  return more === undefined
    ? { text, userId: text }
    : { text: `and ${Number(more).toLocaleString('en-US')} more`, is: 'more' }
}

function cellOf(value: unknown): Cell {
  const text = textOf(value)
  const [, more] = MORE.exec(text) ?? []
  if (more !== undefined) return { text: `and ${Number(more).toLocaleString('en-US')} more`, is: 'more' }
  return isCutText(text) ? { text: text.replace(CUT, '…'), is: 'cut' } : { text }
}

/** `ada@example.com (work, primary)`: the value of a complex item, then what else it says. */
function textOf(value: unknown): string {
  if (!isPlainObject(value)) return typeof value === 'string' ? value : JSON.stringify(value)
  const { value: main, type, primary, display, ...rest } = value
  const more = [type, display, primary === true ? 'primary' : undefined].filter((one) => one !== undefined)
  if (typeof main !== 'string' || Object.keys(rest).length > 0) return JSON.stringify(value)
  return more.length > 0 ? `${main} (${more.join(', ')})` : main
}

const markSame = (cells: readonly Cell[], others: readonly Cell[]): Cell[] => {
  const texts = new Set(others.map(({ text }) => text))
  return cells.map((cell) => (texts.has(cell.text) && !cell.is ? { ...cell, isSame: true } : cell))
}
