import type { StoredResource } from '../../shared/store/resource-item.ts'
import type { ListView } from '../output.ts'
import type { Place } from './commit-plan.ts'
import type { Told } from './history.ts'
import { type Plan, versionBehind } from './plan-object.ts'
import type { Site } from './sites.ts'

/** What a region that does not answer may have made of one object, in versions. */
const UNSEEN_VERSIONS = 1000

/** One thing that was repaired, would be, or could not be: `left`. */
export interface Repaired {
  account: string
  what: Plan['what'] | 'mended' | 'renamed' | 'shut out'
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
  /** In a dry run, objects as they are to be. */
  made: StoredResource[]
  /** Of the window, by object. */
  histories: ReadonlyMap<string, readonly Told[]>
  /** The same as the other regions tell it. */
  elsewhere: ReadonlyMap<string, readonly Told[]>
}

/** The place of a version behind all that any region knows of an object, and the last version that is known. */
export function behindAll({ others, histories, elsewhere }: Repair, id: string, before: StoredResource | undefined) {
  const all = [histories, elsewhere].flatMap((told) => told.get(id) ?? [])
  const known = versionBehind(all, before)
  const version = known + 1 + (others.length === 0 ? UNSEEN_VERSIONS : 0)
  const turn = Math.max(0, before?.turn ?? 0, ...all.map(({ event }) => event.turn ?? 0))
  return { known, version, ...(turn > 0 && { turn }) }
}
