import { sameValue } from '../../audit/changes.ts'
import { maskChanges } from '../../audit/secrets.ts'
import { resolveAttributePath } from '../../scim/attribute-path.ts'
import { type Attributes, hasMembers, type ResourceType, type Value } from '../../scim/schema.ts'
import { isSecret, MASKED } from '../../scim/secrets.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import type { Effect, Sides } from './net-effect.ts'

/** Attributes set back, and those that could not be. */
export interface SetBack {
  attributes: Attributes
  /** What has been changed again since. */
  changedSince: string[]
  /** What the history hides in part, texts of a token's form: these stay as they are. */
  hidden: string[]
}

/**
 * Attributes as they were before an effect: what is as the effect left it gets its value from before, what has that
 * already stays. What is neither is left alone, unless it is forced. Secrets are in no history, so they stay too.
 */
export function setAttributesBack(type: ResourceType, now: Attributes, effect: Effect, force: boolean): SetBack {
  const attributes: Attributes = structuredClone({ ...now })
  const due = [...effect.attributes].filter(
    ([path, { before }]) => isOf(type, path) && !isSo(valueAt(now, path), before),
  )
  const changedSince = force ? [] : due.filter(([path, { after }]) => !isSo(valueAt(now, path), after))
  const isHidden = ([, { before }]: [string, Sides]) => JSON.stringify(before)?.includes(MASKED) ?? false
  const shown = due.filter((row) => !isHidden(row))
  for (const [path, { before }] of shown) setValue(attributes, path, before as Value | undefined)
  return { attributes, changedSince: changedSince.map(toPath), hidden: due.filter(isHidden).map(toPath) }
}

/** Where names of a type stand, as events name them. */
const namePaths = ({ uniqueName, furtherNames }: ResourceType): string[] => [
  uniqueName,
  ...furtherNames.map(({ urn, attribute }) => `${urn}:${attribute}`),
]

export const isNamePath = (type: ResourceType, path: string): boolean => namePaths(type).includes(path)

/** Whether an object is to get another name. */
export const movesNames = ({ type, attributes: now }: Pick<StoredResource, 'type' | 'attributes'>, then: Attributes) =>
  namePaths(type).some((path) => valueAt(now, path) !== valueAt(then, path))

/** Attributes with the names of others of the same type, and nothing else of them. */
export function copyNames(type: ResourceType, from: Attributes, to: Attributes): Attributes {
  const attributes: Attributes = structuredClone({ ...to })
  for (const path of namePaths(type)) setValue(attributes, path, valueAt(from, path) as Value | undefined)
  return attributes
}

const toPath = ([path]: [string, Sides]): string => path

/** An owner is no attribute, and a password in no history. */
function isOf(type: ResourceType, path: string): boolean {
  if (isSecret(path) || (hasMembers(type) && path === type.derived?.attribute)) return false
  return resolveAttributePath(type, path) !== undefined
}

/** Events hold no token: what has one is compared without it. */
const isSo = (now: unknown, then: unknown): boolean => sameValue(now, then) || sameValue(masked(now), then)

const masked = (value: unknown): unknown =>
  value === undefined ? undefined : maskChanges([{ attribute: '', after: value }])[0]?.after

/** Where events say `<URN>:<name>`, an extension's attribute is below its URN. */
function splitPath(path: string): [urn: string | undefined, name: string] {
  const at = path.lastIndexOf(':')
  return at === -1 ? [undefined, path] : [path.slice(0, at), path.slice(at + 1)]
}

function valueAt(attributes: Attributes, path: string): unknown {
  const [urn, name] = splitPath(path)
  const container = urn === undefined ? attributes : attributes[urn]
  return (container as Attributes | undefined)?.[name]
}

function setValue(attributes: Attributes, path: string, value: Value | undefined): void {
  const [urn, name] = splitPath(path)
  const container = (urn === undefined ? attributes : (attributes[urn] ?? {})) as Attributes
  if (value === undefined) delete container[name]
  else container[name] = value
  if (urn === undefined) return
  if (Object.keys(container).length > 0) attributes[urn] = container
  else delete attributes[urn]
}
