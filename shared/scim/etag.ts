const ENTITY_TAGS = /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"\s*(?:,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"\s*)*$/

/** The entity tag of a version: weak, since equal versions may be presented differently (RFC 7644 §3.14). */
export function toEtag(version: number): string {
  return `W/"${version}"`
}

/**
 * Whether an `If-Match` or `If-None-Match` header names this version: `*` does, and so does a list that holds its tag,
 * weak or strong. What cannot be read matches nothing (RFC 9110 §8.8.3, §13.1).
 */
export function matchesEtag(header: string, version: number): boolean {
  if (header.trim() === '*') return true
  if (!ENTITY_TAGS.test(header)) return false
  const tags: readonly string[] = header.match(/"[^"]*"/g) ?? []
  return tags.includes(`"${version}"`)
}
