import type { AttributePath } from '../attribute-path.ts'
import type { Filter } from '../filter/tree.ts'
import type { MemberStep } from '../members.ts'
import type { ComplexValue, Json, Value } from '../schema.ts'

/**
 * One operation as a client sent it; `inValue` when its path was a key inside a value without a path, `whole` when it is
 * part of the removal of a whole extension.
 */
export interface WireOperation {
  op: 'add' | 'replace' | 'remove'
  path?: string
  value?: Json
  inValue: boolean
  whole?: true
}

/** Some elements of a multi-valued attribute: those that pass the filter, or all. */
export interface Selection {
  path: AttributePath
  filter?: Filter | undefined
}

/** Sub-attributes set in each selected element; `create` is the element made when none is selected (Entra's add). */
export interface ElementMerge extends Selection {
  set: ComplexValue
  unset: string[]
  create?: ComplexValue
  mustMatch: boolean
}

/** One step of a PATCH: validated, its values typed, its path resolved; only the resource's state is still open. */
export type PatchOperation =
  | { kind: 'assign'; path: AttributePath; value: Value }
  | { kind: 'unassign'; path: AttributePath }
  | { kind: 'merge'; path: AttributePath; set: ComplexValue; unset: string[] }
  | { kind: 'append'; path: AttributePath; values: Value[] }
  | ({ kind: 'mergeElements' } & ElementMerge)
  | ({ kind: 'replaceElements'; values: Value[] } & Selection)
  | ({ kind: 'removeElements' } & Selection)
  | { kind: 'removeListed'; path: AttributePath; values: Value[] }
  | { kind: 'members'; step: MemberStep }
  | { kind: 'ownId'; id: Json }
