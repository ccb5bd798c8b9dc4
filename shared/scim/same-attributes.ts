import { isComplex } from './attribute-path.ts'
import type { Value } from './schema.ts'

/**
 * Whether two values are the same whatever the order of their names; the order of lists counts. A PATCH or PUT that
 * leaves the attributes the same changes neither version nor lastModified (RFC 7644 §3.5.2.1).
 */
export function sameAttributes(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return sameList(a, b)
  if (isComplex(a) && isComplex(b)) return sameObject(a, b)
  return a === b
}

function sameList(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value, index) => sameAttributes(value, b[index] as Value))
}

function sameObject(a: { [name: string]: Value }, b: { [name: string]: Value }): boolean {
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => Object.hasOwn(b, name) && sameAttributes(a[name] as Value, b[name] as Value))
}
