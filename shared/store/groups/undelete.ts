import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import type { StoredResource } from '../resource-item.ts'
import { putNewResource } from '../resource-writes.ts'
import { ConditionsFailed } from '../transaction.ts'
import { putNewGroup } from './change.ts'
import { checkSettledAction } from './heads.ts'
import type { MemberDelta } from './member-item.ts'

/** What a deleted object left is still being taken away. */
export class Unsettled extends Error {
  override readonly name = 'Unsettled'
}

/**
 * Access pattern W1 of a user who was there before: not while its tombstone would hide it.
 * @throws {NameTaken} {@link LostRace} when it is there again. @throws {Unsettled}
 */
export const putUserAgain = (db: Db, account: string, user: StoredResource, event: RestEvent): Promise<void> =>
  whereSettled(() => {
    const settled = checkSettledAction({ account, kind: 'USER', id: user.id })
    return putNewResource(db, account, user, event, { settled })
  })

/** The same of a group with members: not while what it had before would be swept, and they with it. */
export const putGroupAgain = (
  db: Db,
  account: string,
  group: StoredResource,
  members: MemberDelta,
  event: RestEvent,
): Promise<void> => whereSettled(() => putNewGroup(db, account, group, members, event))

async function whereSettled(put: () => Promise<void>): Promise<void> {
  try {
    await put()
  } catch (error) {
    throw error instanceof ConditionsFailed ? new Unsettled('', { cause: error }) : error
  }
}
