import type { ListView } from '../output.ts'
import type { Place } from './commit-plan.ts'
import type { Told } from './history.ts'
import type { Plan } from './plan-object.ts'
import type { Site } from './sites.ts'

/** What a region that does not answer may have made of one object, in versions. */
export const UNSEEN_VERSIONS = 1000

/** One thing that was repaired, would be, or could not be: `left`. */
export interface Repaired {
  account: string
  what: Plan['what'] | 'mended'
  type: string
  id: string
  name: string
  says: string
}

/** A table has room for the kind of repair and the object; sentences stand below. */
export const REPAIR_VIEW: ListView<Repaired> = {
  table: [
    { header: 'ACCOUNT', get: ({ account }) => account },
    { header: 'REPAIR', get: ({ what }) => what },
    { header: 'TYPE', get: ({ type }) => type },
    { header: 'ID', get: ({ id }) => id },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'SAYS', get: ({ says }) => says, isWhole: true },
  ],
}

/** The repair of one account. */
export interface Repair {
  place: Place
  others: readonly Site[]
  isDryRun: boolean
  rows: Repaired[]
  /** Of the window, by object. */
  histories: ReadonlyMap<string, readonly Told[]>
  /** The same as the other regions tell it. */
  elsewhere: ReadonlyMap<string, readonly Told[]>
}
