import type { Db } from '../store/client.ts'
import type { Limits } from '../store/groups/apply.ts'

/** What works on a queue needs, and how far it may go. */
export interface Slice {
  db: Db
  limits: Limits
}

/**
 * How a slice of work ends: nothing is left; more is left, to be gone on with at once; another worker has it, or has had
 * it meanwhile; nothing is to be done before `at`, in epoch ms by the table's clock.
 */
export type SliceEnd = { end: 'done' } | { end: 'more' } | { end: 'taken' } | { end: 'later'; at: number }

/** The time is over. */
export const MORE: SliceEnd = { end: 'more' }
/** Another slice has begun: whatever this one did, that one does again. */
export const TAKEN: SliceEnd = { end: 'taken' }
