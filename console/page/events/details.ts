import type { EventRow } from '../../../shared/audit/event-row.ts'

/** What a row's DETAILS say that no column and no {@link Facts} do. */
export interface Details {
  requestId?: string
  userAgent?: string
  query?: string
  advice?: string
  cause?: string
  kept?: number
  total?: number
}

const TEXTS = ['requestId', 'userAgent', 'query', 'advice', 'cause'] as const
const NUMBERS = ['kept', 'total'] as const

/** Reads DETAILS; what is not as we write it counts as absent. */
export function detailsOf({ DETAILS }: EventRow): Details {
  const read = parse(DETAILS)
  const texts = TEXTS.flatMap((name) =>
    typeof read[name] === 'string' && read[name] !== '' ? [[name, read[name]]] : [],
  )
  const numbers = NUMBERS.flatMap((name) => (typeof read[name] === 'number' ? [[name, read[name]]] : []))
  return Object.fromEntries([...texts, ...numbers])
}

function parse(text: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(text))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
