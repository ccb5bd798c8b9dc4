/** What is broken, in a word: what the nightly check counts by. */
export const INVARIANTS = [
  'object',
  'name',
  'lookup',
  'owner',
  'event',
  'counter',
  'membership',
  'member-count',
  'queue',
] as const
export type Invariant = (typeof INVARIANTS)[number]

/** Something that no request, fault or kill may leave behind. */
export interface Violation {
  invariant: Invariant
  /** The audit word of the object's type. */
  type: string
  id: string
  /** Where the object has one that can be read. */
  name?: string
  message: string
}

/** What a look at a part of an account found. */
export interface Looked {
  violations: Violation[]
  /** How many objects, names or memberships were looked at. */
  checked: number
  /** Where to go on; undefined behind the last. */
  reached: string | undefined
}
