import type { Violation } from '../../store/invariants/violation.ts'

/** A step of the check of an account, and how far it came. */
export interface InvariantStep {
  violations: Violation[]
  /** Objects, names and memberships looked at so far. */
  checked: number
  /** Users and roles so far with attributes that were changed by hand and not sent by their identity provider since. */
  changedByHand: number
  /** The part at hand, counted from 1. */
  part: { name: string; number: number; of: number }
  /** To be sent as `next`; absent behind the last step. */
  next?: string
}
