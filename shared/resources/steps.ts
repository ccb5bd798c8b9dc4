/** What became of one object in a command that changes many; in a dry run, what would. */
export interface StepRow {
  /** The audit word of its type: `USER`, `ROLE`. */
  type: string
  id: string
  name: string
  outcome: 'done' | 'unchanged' | 'refused'
  /** What is changed: `owner OKTA_PROVISIONER → AAD_PROVISIONER`. */
  what?: string
  /** Why it was refused, or what of it cannot be. */
  reason?: string
  /** That more of the same object follows in the next step. */
  goesOn?: true
}

/**
 * One request of a command that changes many objects: some of them, each by a transaction and an event of its own, and
 * where to go on. All of it may be asked for again: what is done already is `unchanged`.
 */
export interface Step {
  rows: readonly StepRow[]
  /** To be sent as `next`; absent after the last. */
  next?: string
  /** How many objects there are in all, where that is known. */
  total?: number
}
