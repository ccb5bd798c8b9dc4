import type { AttributePath } from '../attribute-path.ts'

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'
/** What an attribute is compared with; `null` stands for "unassigned" (RFC 7643 §2.5). */
export type Operand = string | number | boolean | null

/** An attribute the resource type does not have: it never has a value. */
interface UnknownPath {
  unknown: string
}
export type FilterPath = AttributePath | UnknownPath

export interface Comparison {
  kind: 'compare'
  path: FilterPath
  operator: CompareOperator
  value: Operand
}

export interface Presence {
  kind: 'present'
  path: FilterPath
}

/**
 * `emails[type eq "work"]`: all terms of `filter` bind to one element, their paths being relative to it. `also` is the
 * comparison of `emails[type eq "work"].value eq "x"` (Entra), bound to the same element.
 */
export interface Elements {
  kind: 'elements'
  path: AttributePath
  filter: Filter
  also?: Comparison | Presence
}

/** A filter as a tree (RFC 7644 §3.4.2.2); `and` and `or` have two operands or more. */
export type Filter =
  | { kind: 'and' | 'or'; operands: Filter[] }
  | { kind: 'not'; operand: Filter }
  | Comparison
  | Presence
  | Elements

/** Whether any term of the filter reads this attribute, or this part of it, outside the extensions; canonical names. */
export function mentionsAttribute(filter: Filter, name: string, subName?: string): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.some((operand) => mentionsAttribute(operand, name, subName))
    case 'not':
      return mentionsAttribute(filter.operand, name, subName)
    default:
      return !('unknown' in filter.path) && isAt(filter.path, name, subName)
  }
}

/** Whether a path leads to this attribute, or this part of it, outside the extensions. */
export function isAt({ extension, attribute, subAttribute }: AttributePath, name: string, subName?: string): boolean {
  return !extension && attribute.name === name && (subName === undefined || subAttribute?.name === subName)
}
