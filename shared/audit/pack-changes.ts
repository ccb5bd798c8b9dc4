import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Change } from './rest-event.ts'

/** Changes as an event item holds them: readable JSON text while it is short, else packed. */
export type PackedChanges = { changes: string } | { packed: Uint8Array }

/** Characters of JSON that stay readable in the table. */
const MAX_READABLE = 300
/** More than any event of ours unpacks to; what does not come from us may not fill the memory. */
const MAX_UNPACKED_BYTES = 65_536

/**
 * Text that changes have in common, which packed ones then need not hold. Stored events are unpacked with it: it must
 * never change. A better one is a new one, under another attribute name.
 */
const DICTIONARY = Buffer.from(
  'urn:ietf:params:scim:schemas:extension:2.0:User:defaultRole","defaultWarehouse","defaultSecondaryRoles","PUBLIC' +
    '"members.added","after":["members.removed","before":["externalId"{"attribute":"photos","roles","entitlements",' +
    '"locale","after":"en-US"},"timezone","profileUrl","nickName","userType","preferredLanguage","password","(set)"' +
    '"addresses","after":[{"streetAddress":"locality":"region":"postalCode":"country":"type":"mobile"}]},' +
    '{"attribute":"phoneNumbers","after":[{"value":"+1","type":"home","urn:ietf:params:scim:schemas:extension:' +
    'enterprise:2.0:User:employeeNumber","costCenter","organization","division","department","manager","after":' +
    '{"attribute":"name","before":{"formatted":"givenName":"middleName","familyName":"},"after":{"honorificPrefix"' +
    '{"attribute":"title","before":"","after":""},{"attribute":"active","before":false,"after":true},' +
    '{"attribute":"emails","after":[{"value":"@example.com","type":"work","primary":true}]},' +
    '{"attribute":"displayName","after":"[{"attribute":"userName","after":"',
)

/** Packs changes for the table: an event should stay under 1 KB, and a new user's attributes alone are as much. */
export function packChanges(changes: readonly Change[]): PackedChanges {
  const text = JSON.stringify(changes)
  if (text.length <= MAX_READABLE) return { changes: text }
  return { packed: deflateRawSync(text, { level: 9, dictionary: DICTIONARY }) }
}

/** Changes read back from the attribute that held them; none when they are not as we write them. */
export function unpackChanges(stored: unknown): Change[] | undefined {
  try {
    const parsed: unknown = JSON.parse(stored instanceof Uint8Array ? unpack(stored) : String(stored))
    return Array.isArray(parsed) && parsed.every(isChange) ? parsed : undefined
  } catch {
    return undefined
  }
}

const unpack = (packed: Uint8Array): string =>
  inflateRawSync(packed, { dictionary: DICTIONARY, maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8')

const isChange = (value: unknown): value is Change =>
  typeof value === 'object' && value !== null && 'attribute' in value && typeof value.attribute === 'string'
