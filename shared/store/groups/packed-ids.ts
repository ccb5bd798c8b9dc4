const BYTES = 16
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Ids as an intent holds them: 16 bytes each; as text where one of them is no UUID as we write it. */
export type PackedIds = Uint8Array | string[]

export function packIds(ids: readonly string[]): PackedIds {
  if (!ids.every((id) => UUID.test(id))) return [...ids]
  return Buffer.from(ids.join('').replaceAll('-', ''), 'hex')
}

/** The ids of {@link packIds}, in order; none where nothing was kept. */
export function unpackIds(packed: unknown): string[] {
  if (Array.isArray(packed)) return packed.map(String)
  if (!(packed instanceof Uint8Array)) return []
  const hex = Buffer.from(packed).toString('hex')
  return Array.from({ length: packed.length / BYTES }, (_, i) => toUuid(hex.slice(2 * BYTES * i, 2 * BYTES * (i + 1))))
}

const toUuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
