import { isComplex } from '../attribute-path.ts'
import { combineElements, demotePrimaries, elementKey, isPrimary } from '../elements.ts'
import { noTarget } from '../error.ts'
import { toPredicate } from '../filter/match.ts'
import { printFilter } from '../filter/print.ts'
import { escapeUnseen } from '../quote.ts'
import type { Attribute, ComplexValue, Value } from '../schema.ts'
import type { ElementMerge, Selection } from './operation.ts'

const keys = new WeakMap<object, string>()

/**
 * Appends values: a (type, value) pair that is there already is completed instead of repeated, and a new primary
 * takes over from the old one (RFC 7643 §2.4).
 */
export function appendElements(attribute: Attribute, existing: readonly Value[], added: readonly Value[]): Value[] {
  const elements = new Map(existing.map((element) => [keyOf(attribute, element), element]))
  let primary: string | undefined
  for (const element of added) {
    const key = keyOf(attribute, element)
    elements.set(key, combineElements(elements.get(key), element))
    if (isPrimary(element)) primary = key
  }
  return settle(attribute, [...elements.values()], primary === undefined ? undefined : elements.get(primary))
}

/**
 * Sets and clears sub-attributes in each selected element.
 * @throws {ScimError} 400 noTarget when none is selected, one must be, and none can be made.
 */
export function mergeElements(existing: readonly Value[], change: ElementMerge): Value[] {
  const { attribute } = change.path
  const selects = toSelector(change)
  let last: Value | undefined
  const merged = existing.map((element) => {
    if (!selects(element)) return element
    last = mergeElement(element as ComplexValue, change)
    return last
  })
  if (last) return settle(attribute, merged, change.set.primary === true ? last : undefined)
  if (change.create) return appendElements(attribute, existing, [change.create])
  if (change.mustMatch) throw nothingSelected(change)
  return [...existing]
}

/**
 * Puts `values` in the place of the selected elements.
 * @throws {ScimError} 400 noTarget when none is selected (RFC 7644 §3.5.2.3).
 */
export function replaceElements(existing: readonly Value[], selection: Selection, values: readonly Value[]): Value[] {
  const selects = toSelector(selection)
  const at = existing.findIndex(selects)
  if (at < 0) throw nothingSelected(selection)
  const rest = existing.slice(at).filter((element) => !selects(element))
  return settle(selection.path.attribute, [...existing.slice(0, at), ...values, ...rest], values.findLast(isPrimary))
}

/** Leaves the selected elements out. */
export function removeElements(existing: readonly Value[], selection: Selection): Value[] {
  const selects = toSelector(selection)
  return existing.filter((element) => !selects(element))
}

/** Leaves out every element that a listed one describes: by value, and by type where that is given, else by all it says. */
export function removeListed(attribute: Attribute, existing: readonly Value[], listed: readonly Value[]): Value[] {
  return existing.filter((element) => !listed.some((wanted) => describes(attribute, wanted, element)))
}

function describes(attribute: Attribute, wanted: Value, element: Value): boolean {
  if (!isComplex(wanted) || !isComplex(element)) return keyOf(attribute, wanted) === keyOf(attribute, element)
  const names = wanted.value === undefined ? Object.keys(wanted) : ['value', 'type']
  const subAttributes = attribute.subAttributes ?? []
  return subAttributes
    .filter(({ name }) => names.includes(name) && wanted[name] !== undefined)
    .every((sub) => {
      const value = element[sub.name]
      return value !== undefined && elementKey(sub, value) === elementKey(sub, wanted[sub.name] as Value)
    })
}

function toSelector({ filter }: Selection): (element: Value) => boolean {
  if (!filter) return isComplex
  const matches = toPredicate(filter)
  return (element) => isComplex(element) && matches(element)
}

function mergeElement(element: ComplexValue, { set, unset }: ElementMerge): ComplexValue {
  const merged: ComplexValue = Object.assign(Object.create(null), element, set)
  for (const name of unset) delete merged[name]
  return unset.includes('value') ? Object.create(null) : merged
}

/** Drops elements that lost everything or became equal to an earlier one; `primary` is the only primary, if given. */
function settle(attribute: Attribute, elements: readonly Value[], primary: Value | undefined): Value[] {
  const settled = new Map<string, Value>()
  for (const element of keepPrimary(elements, primary)) {
    if (isComplex(element) && Object.keys(element).length === 0) continue
    const key = keyOf(attribute, element)
    settled.set(key, unite(settled.get(key), element))
  }
  return [...settled.values()]
}

function keepPrimary(elements: readonly Value[], primary: Value | undefined): Value[] {
  return primary === undefined ? [...elements] : demotePrimaries(elements, (element) => element === primary)
}

/** Two elements that have become one: the primary among them stays primary. */
function unite(earlier: Value | undefined, later: Value): Value {
  const united = combineElements(earlier, later)
  if (earlier !== undefined && isPrimary(earlier) && isComplex(united)) united.primary = true
  return united
}

/** Elements are never changed in place, so that a key can be kept with its element. */
function keyOf(attribute: Attribute, element: Value): string {
  if (!isComplex(element)) return elementKey(attribute, element)
  const known = keys.get(element)
  if (known !== undefined) return known
  const key = elementKey(attribute, element)
  keys.set(element, key)
  return key
}

function nothingSelected({ path, filter }: Selection) {
  const what = filter ? `${path.attribute.name}[${escapeUnseen(printFilter(filter))}]` : path.attribute.name
  return noTarget(`Cannot change ${what}: no value matches; add it first, or use op "add" with eq terms only`)
}
