import { isComplex } from './attribute-path.ts'
import { toComparisonForm } from './fold.ts'
import { type Attribute, findAttribute, type Value } from './schema.ts'

/**
 * The elements of a multi-valued attribute as they are kept: the last `primary: true` alone, and the same
 * (type, value) pair once, where it stood first and with what was said of it last (RFC 7643 §2.4).
 */
export function toElements(attribute: Attribute, elements: readonly Value[]): Value[] {
  const kept = new Map<string, Value>()
  for (const element of keepLastPrimary(elements)) {
    const key = elementKey(attribute, element)
    kept.set(key, combineElements(kept.get(key), element))
  }
  return [...kept.values()]
}

/** The elements with `primary` set to false in all that `keep` does not name (RFC 7644 §3.5.2). */
export function demotePrimaries(elements: readonly Value[], keep: (element: Value) => boolean): Value[] {
  return elements.map((element) => {
    if (!isPrimary(element) || keep(element)) return element
    return Object.assign(Object.create(null), element, { primary: false })
  })
}

/** Text that two elements share when they are the same value of the attribute: the same `type` and `value`. */
export function elementKey(attribute: Attribute, element: Value): string {
  if (!isComplex(element)) return comparable(attribute, element)
  const subAttributes = attribute.subAttributes ?? []
  const value = findAttribute(subAttributes, 'value')
  if (!value || element.value === undefined) return JSON.stringify(Object.entries(element).sort(byName))
  const type = findAttribute(subAttributes, 'type')
  const kind = comparable(type, element.type)
  return `${kind.length} ${kind} ${comparable(value, element.value)}`
}

function comparable(attribute: Attribute | undefined, value: Value | undefined): string {
  if (typeof value === 'string' && attribute) return toComparisonForm(attribute, value)
  return value === undefined ? '' : String(value)
}

/** What two elements that are the same value say together, the later one where both speak. */
export function combineElements(earlier: Value | undefined, later: Value): Value {
  if (!isComplex(earlier) || !isComplex(later)) return earlier ?? later
  return Object.assign(Object.create(null), earlier, later)
}

function keepLastPrimary(elements: readonly Value[]): readonly Value[] {
  const last = elements.findLast(isPrimary)
  return last === undefined ? elements : demotePrimaries(elements, (element) => element === last)
}

/** Whether an element is marked as the preferred one (RFC 7643 §2.4). */
export function isPrimary(element: Value): boolean {
  return isComplex(element) && element.primary === true
}

function byName([a]: [string, Value], [b]: [string, Value]): number {
  return a < b ? -1 : 1
}
