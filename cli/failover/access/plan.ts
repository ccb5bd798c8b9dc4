import type { Change, RestEvent } from '../../../shared/audit/rest-event.ts'
import { NOBODY } from '../../../shared/resources/undo/commit-back.ts'
import { describe } from '../../../shared/resources/undo/describe.ts'
import { putEventAction } from '../../../shared/store/events/write.ts'
import { type Actions, transact } from '../../../shared/store/transaction.ts'
import { type Place, toRepairEvent } from '../commit-plan.ts'
import { historiesOf, type Told } from '../history.ts'
import type { Repaired } from '../repaired.ts'
import type { Access } from './snapshot.ts'
import type { Behind } from './wanted.ts'

/** Something of who gets in that is not as its history wants it, and what makes it so; `left` where nothing can. */
export interface SetBack {
  what: Extract<Repaired['what'], 'shut out' | 'applied again' | 'made again' | 'mended' | 'left'>
  type: string
  id: string
  name: string
  says: string
  /** The change that is done again; none where something follows from others. */
  cause: RestEvent | undefined
  changes: Change[]
  /** What is written beside its event; holds only while all is as it was read. */
  actions: Actions
}

/** All that is planned of one account: what comes later goes by what the plans before make of it. */
export interface Planning {
  account: string
  now: Date
  access: Access
  found: SetBack[]
  historyOf(type: string, id: string): readonly Told[]
  /** Ids of a type of which the history tells. */
  idsOf(type: string): string[]
}

export function startPlanning(account: string, now: Date, access: Access, events: readonly RestEvent[]): Planning {
  const byType = Map.groupBy(events, ({ resourceDomain }) => resourceDomain ?? '')
  const histories = new Map([...byType].map(([type, own]) => [type, historiesOf(own)]))
  return {
    ...{ account, now, access, found: [] },
    historyOf: (type, id) => histories.get(type)?.get(id) ?? [],
    idsOf: (type) => [...(histories.get(type)?.keys() ?? [])],
  }
}

type About = Pick<SetBack, 'type' | 'id' | 'name'>

/** What is found of settings that are behind. */
export const toSetBack = (about: About, { changes, event, isClosing }: Behind, actions: Actions): SetBack => ({
  ...about,
  what: isClosing ? 'shut out' : 'applied again',
  says: describe(changes, NOBODY.delta),
  cause: event,
  ...{ changes, actions },
})

/** Does it, with its event. @throws {ConditionsFailed} where something is not as it was read. */
export async function commitSetBack(place: Place, { actions, ...found }: SetBack): Promise<void> {
  const { type, id, name, what, says, cause, changes } = found
  const about = { resourceDomain: type, resourceId: id, resourceName: name }
  const detail = `Repaired after a failover, ${what}: ${says}`
  const event = toRepairEvent(place, about, { detail, cause: cause?.eventId, changes })
  await transact(place.db, { ...actions, event: putEventAction(place.db, event) }, event.eventId)
}
