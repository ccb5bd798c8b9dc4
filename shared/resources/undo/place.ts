import { parseDateTime } from '../../scim/date-time.ts'
import { isResourceId } from '../../scim/resource-id.ts'
import type { Span } from '../../store/events/history.ts'
import { notOurs } from './undo-input.ts'

/** What objects are looked at for: what was made goes first, since it may have the names of what comes back. */
export const PASSES = ['created', 'USER', 'ROLE'] as const

/** Where a command goes on: in which pass, behind which event; what was known when it began. */
export interface Place extends Span {
  pass: (typeof PASSES)[number]
  before: string | undefined
  total: number | undefined
  /** When the command began (ISO 8601): what it has done itself is not older. */
  begun: string
  /** Objects of which more is to be set back than their step could carry, by their ids. */
  open: readonly string[]
}

export const nextPass = (pass: Place['pass']): Place['pass'] | undefined => PASSES[PASSES.indexOf(pass) + 1]

export const formatPlace = ({ pass, from, to, before, total, begun, open }: Place): string =>
  [pass, from, to, before ?? '', total ?? '', begun, open.join(',')].join('~')

/** @throws {ScimError} 400 invalidValue. */
export function parsePlace(text: string): Place {
  const [pass, from = '', to = '', before = '', total = '', begun = '', ids = ''] = text.split('~')
  const known = PASSES.find((one) => one === pass)
  const open = ids === '' ? [] : ids.split(',')
  const areInstants = [from, to, begun].every((one) => parseDateTime(one) !== undefined)
  const isOurs = isEventPlace(before) && /^\d{0,9}$/.test(total) && open.every(isResourceId)
  if (!known || !areInstants || from > to || !isOurs) throw notOurs(text)
  const numbers = { before: before || undefined, total: total ? Number(total) : undefined }
  return { pass: known, from, to, begun, open, ...numbers }
}

/** Whether a text may be the sort key of an event, or none. */
export const isEventPlace = (text: string): boolean => /^[\w:.#-]{0,100}$/.test(text)
