import { type AttributePath, resolveAttributePath } from '../attribute-path.ts'
import { invalidPath } from '../error.ts'
import { parseElementFilter } from '../filter/parser.ts'
import { type Cursor, openCursor, peek, take } from '../filter/token-cursor.ts'
import type { Filter } from '../filter/tree.ts'
import { quoteExpression } from '../quote.ts'
import { findAttribute, type ResourceType } from '../schema.ts'

/** What a PATCH operation changes: an attribute, some of its elements, or a sub-attribute of either (RFC 7644 §3.5.2). */
export interface PatchPath extends AttributePath {
  filter?: Filter
}

const ARRAY_INDEX = /\[\s*\d+\s*\]/

/**
 * Reads `attr`, `attr.sub`, `attr[filter]` and `attr[filter].sub`, each with or without a URN, in any letter case.
 * `undefined` when the type has no such attribute, or when the path is a bare URN.
 * @throws {ScimError} 400 invalidPath for a malformed path, 400 invalidFilter for a bad filter in it.
 */
export function parsePatchPath(type: ResourceType, text: string): PatchPath | undefined {
  const bracket = text.indexOf('[')
  const path = resolveAttributePath(type, (bracket < 0 ? text : text.slice(0, bracket)).trim())
  if (!path?.attribute) return undefined
  return bracket < 0 ? path : withFilter(type, path, text)
}

function withFilter(type: ResourceType, path: AttributePath, text: string): PatchPath {
  if (ARRAY_INDEX.test(text))
    throw malformed(text, 'an array index is no path; select by a filter such as [type eq "work"]')
  if (path.subAttribute || !path.attribute.multiValued) {
    throw malformed(text, 'only an attribute with several values, such as emails, takes a filter')
  }
  const cursor = openCursor(text, type, 'path')
  take(cursor, 'word', 'an attribute')
  const filter = parseElementFilter(cursor, path.attribute)
  return { ...path, ...parseSuffix(cursor, path, text), filter }
}

/** The `.value` after `emails[type eq "work"]`, and then the end. */
function parseSuffix(cursor: Cursor, { attribute }: AttributePath, text: string): Pick<AttributePath, 'subAttribute'> {
  const token = peek(cursor)
  if (token.kind === 'end') return {}
  const subAttribute = token.text.startsWith('.') && findAttribute(attribute.subAttributes ?? [], token.text.slice(1))
  if (!subAttribute) throw malformed(text, `after the filter only a sub-attribute of ${attribute.name} may follow`)
  cursor.next += 1
  if (peek(cursor).kind !== 'end') throw malformed(text, `nothing may follow ".${subAttribute.name}"`)
  return { subAttribute }
}

function malformed(text: string, reason: string) {
  return invalidPath(`Cannot read path ${quoteExpression(text)}: ${reason}`)
}
