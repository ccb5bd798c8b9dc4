import type { Value } from './schema.ts'

const ENTITY_TAGS = /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"\s*(?:,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"\s*)*$/

/**
 * The entity tag of a version: weak, since equal versions may be presented differently (RFC 7644 §3.14). `groups` are
 * those shown with a user: they are stored elsewhere, and a copy with other groups is stale.
 */
export function toEtag(version: number, groups: readonly Value[] = []): string {
  return groups.length === 0 ? `W/"${version}"` : `W/"${version}-${digest(groups)}"`
}

/** Whether an `If-None-Match` header names this entity tag: `*` does, and so does a list that holds it, weak or strong. */
export function matchesEtag(header: string, etag: string): boolean {
  return header.trim() === '*' || listTags(header).includes(etag.replace(/^W\//, ''))
}

/**
 * Whether an `If-Match` or, before a change, an `If-None-Match` header names this version, whatever groups were shown with
 * it: joining a group elsewhere takes nothing away from a change of the user. What cannot be read matches nothing (RFC 9110 §8.8.3, §13.1).
 */
export function matchesVersion(header: string, version: number): boolean {
  if (header.trim() === '*') return true
  return listTags(header).some((tag) => tag === `"${version}"` || tag.startsWith(`"${version}-`))
}

/** The opaque parts of a list of entity tags, in quotes. */
function listTags(header: string): readonly string[] {
  return ENTITY_TAGS.test(header) ? (header.match(/"[^"]*"/g) ?? []) : []
}

/** FNV-1a, twice from different offsets: a clash costs one stale copy, so 64 bits are plenty. */
function digest(groups: readonly Value[]): string {
  let [low, high] = [0x811c9dc5, 0x01000193]
  for (const byte of new TextEncoder().encode(JSON.stringify(groups))) {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x01000195)
  }
  return [low, high].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}
