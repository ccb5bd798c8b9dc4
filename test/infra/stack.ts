import { synthesize } from '../../local/synthesize.ts'

/** The synthesised stack, once per test file. */
export const stack = synthesize()

// biome-ignore lint/suspicious/noExplicitAny: tests look into a template of their own making
type Properties = Record<string, any>

/** Logical id and properties of every resource of a type. */
export function resourcesOf(type: string): [id: string, properties: Properties][] {
  const resources = Object.entries(stack.template.Resources).filter(([, resource]) => resource.Type === type)
  return resources.map(([id, resource]) => [id, (resource.Properties ?? {}) as Properties])
}

/** The one resource of a type. */
export function theOnly(type: string): Properties {
  const [first, second] = resourcesOf(type)
  if (!first || second) throw new Error(`Expected one ${type}`)
  return first[1]
}
