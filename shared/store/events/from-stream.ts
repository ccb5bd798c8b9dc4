import type { RestEvent } from '../../audit/rest-event.ts'
import { parseEventItem } from './item.ts'

/** A value as the table's stream writes it. */
interface StreamValue {
  S?: string
  N?: string
  B?: string
  BOOL?: boolean
  NULL?: boolean
  L?: StreamValue[]
  M?: StreamItem
}
type StreamItem = Readonly<Record<string, StreamValue>>

/** The event that a record of the table's stream holds; none where the item is no event. */
export function parseEventRecord(image: unknown): RestEvent | undefined {
  const item = fromItem(Object(image))
  const [, account] = /^A#([^#]+)#EVENT#/.exec(String(item.pk)) ?? []
  return account === undefined ? undefined : parseEventItem(account, item)?.event
}

const fromItem = (item: StreamItem): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromValue(value)]))

function fromValue({ S, N, B, BOOL, L, M }: StreamValue): unknown {
  if (S !== undefined) return S
  if (N !== undefined) return Number(N)
  if (B !== undefined) return Buffer.from(B, 'base64')
  if (BOOL !== undefined) return BOOL
  if (L) return L.map(fromValue)
  return M ? fromItem(M) : null
}
