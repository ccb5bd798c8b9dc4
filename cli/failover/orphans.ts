import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { getEvent } from '../../shared/store/events/history.ts'
import { putEventAction } from '../../shared/store/events/write.ts'
import { type Head, headKey, listHeads } from '../../shared/store/groups/heads.ts'
import { getResource } from '../../shared/store/resources.ts'
import { type Action, ConditionsFailed, transact } from '../../shared/store/transaction.ts'
import { type Place, toRepairEvent } from './commit-plan.ts'

const { User, Group } = RESOURCE_TYPES
const typeOfHead = ({ kind }: Head) => (kind === 'USER' ? User : Group)

/** Deletes that arrived without their event, whose memberships the worker cannot take away, since it has nothing to tell of them. */
export async function listOrphans({ db, account }: Pick<Place, 'db' | 'account'>): Promise<Head[]> {
  const orphans: Head[] = []
  for (const head of await listHeads(db, account)) {
    const cause = causeOf(head)
    if (!cause || (await getEvent(db, account, cause.eventId))) continue
    if (!(await getResource(db, account, typeOfHead(head), head.id))) orphans.push(head)
  }
  return orphans
}

const causeOf = (head: Head) => (head.kind === 'USER' ? head.cause : head.deleted)

export const sayOrphan = (head: Head): string =>
  `its delete of ${causeOf(head)?.time} arrived without its event: the event of the repair stands for it`

/** Gives such a delete an event, by which the worker goes on; false where something has changed meanwhile. */
export async function adoptOrphan(place: Place, head: Head): Promise<boolean> {
  const { db, account } = place
  const about = { resourceDomain: typeOfHead(head).auditWord, resourceId: head.id }
  const event = toRepairEvent(place, about, { detail: `Repaired after a failover, deleted: ${sayOrphan(head)}` })
  const { time, eventId } = event
  const adopt: Action = {
    Update: {
      Key: headKey({ account, kind: head.kind, id: head.id }),
      UpdateExpression: 'SET #cause = :cause',
      ConditionExpression: 'epoch = :epoch',
      ExpressionAttributeNames: { '#cause': head.kind === 'USER' ? 'cause' : 'deleted' },
      ExpressionAttributeValues: { ':cause': { time, eventId }, ':epoch': head.epoch },
    },
  }
  try {
    await transact(db, { event: putEventAction(db, { ...event, act: 'deleted' }), adopt }, eventId)
    return true
  } catch (error) {
    if (error instanceof ConditionsFailed) return false
    throw error
  }
}
