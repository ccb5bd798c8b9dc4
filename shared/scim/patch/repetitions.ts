import { formatAttributePath } from '../attribute-path.ts'
import { namedTwice } from '../error.ts'
import { listConjuncts } from '../filter/plan.ts'
import { printFilter } from '../filter/print.ts'
import type { Filter } from '../filter/tree.ts'
import { toComparisonForm } from '../fold.ts'
import { escapeUnseen } from '../quote.ts'
import { findAttribute, isJsonObject, type ResourceType } from '../schema.ts'
import type { WireOperation } from './operation.ts'
import { parsePatchPath } from './path.ts'

/** A place a value is set at; without a filter in all elements, without a sub-attribute in all of them. */
interface Target {
  attribute: string
  filter?: string
  subAttribute?: string | undefined
}

/**
 * Refuses two operations of one value that set the same attribute, or the same part of it, under whatever spellings:
 * which of them would win is anyone's guess. Several elements of one attribute are several places.
 * @throws {ScimError} 400 invalidSyntax; what `parsePatchPath` says of a malformed path.
 */
export function refuseRepetitions(type: ResourceType, operations: readonly WireOperation[]): void {
  if (operations.length < 2) return
  const taken = new Set<string>()
  const inWholes = operations.filter(({ whole }) => whole)
  const named = operations.filter(({ whole }) => !whole)
  for (const operation of named) for (const target of takeAll(type, operation, taken)) addPlaces(taken, target)
  for (const operation of inWholes) takeAll(type, operation, taken)
}

function takeAll(type: ResourceType, operation: WireOperation, taken: ReadonlySet<string>): Target[] {
  const targets = listTargets(type, operation)
  for (const target of targets) {
    if (overlapping(target).some((place) => taken.has(place))) throw namedTwice(targetName(target))
  }
  return targets
}

/** A complex value sets what it names. */
function listTargets(type: ResourceType, { path: text = '', value }: WireOperation): Target[] {
  const path = parsePatchPath(type, text)
  if (!path) return []
  const { subAttribute, filter, ...whole } = path
  const place = { attribute: formatAttributePath(whole), ...(filter && { filter: selectionKey(filter) }) }
  const { subAttributes, multiValued } = path.attribute
  if (subAttribute || !subAttributes || multiValued || !isJsonObject(value)) {
    return [{ ...place, subAttribute: subAttribute?.name }]
  }
  const found = Object.keys(value).map((name) => findAttribute(subAttributes, name))
  return found.flatMap((sub) => (sub ? [{ ...place, subAttribute: sub.name }] : []))
}

/** The same for filters that select the same elements by the same terms. */
function selectionKey(filter: Filter): string {
  const terms = listConjuncts(filter).map((term) => {
    if (term.kind !== 'compare' || typeof term.value !== 'string' || 'unknown' in term.path) return term
    return { ...term, value: toComparisonForm(term.path.subAttribute ?? term.path.attribute, term.value) }
  })
  return terms.map(printFilter).sort().join(' and ')
}

const ANY = '?'
const ALL = '*'

/** Every place that the target is, or is in, with its parts known or left open. */
function addPlaces(taken: Set<string>, { attribute, filter = ALL, subAttribute = ALL }: Target): void {
  for (const one of [filter, ANY]) for (const other of [subAttribute, ANY]) taken.add(toPlace(attribute, one, other))
}

/** The places of which one is taken when anything that overlaps the target is. */
function overlapping({ attribute, filter, subAttribute }: Target): string[] {
  const filters = filter === undefined ? [ANY] : [filter, ALL]
  const subAttributes = subAttribute === undefined ? [ANY] : [subAttribute, ALL]
  return filters.flatMap((one) => subAttributes.map((other) => toPlace(attribute, one, other)))
}

const toPlace = (...parts: string[]): string => JSON.stringify(parts)

function targetName({ attribute, filter, subAttribute }: Target): string {
  return `${attribute}${filter ? `[${escapeUnseen(filter)}]` : ''}${subAttribute ? `.${subAttribute}` : ''}`
}
