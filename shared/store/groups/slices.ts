import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from '../client.ts'
import { type Actions, ConditionsFailed, transact } from '../transaction.ts'
import { updateIf } from '../update-if.ts'
import { endApplyingAction, getGroup } from './group-item.ts'
import { type GroupHead, getHead, type Head, headKey, requireHead, WORKER, type Work } from './heads.ts'
import { deleteIntentAction, type Intent } from './intents.ts'
import { keepIntentActions } from './kept-members.ts'

/** That no slice of this work can begin: nothing is left, another worker has it, or it is to be done later. */
export type NotTaken = { end: 'done' } | { end: 'taken' } | { end: 'later'; at: number }

/**
 * Begins a slice of work, which nobody else begins before `lease`, in epoch ms by the table's clock; later writes of
 * slices before it fail. 1 write unit.
 */
export async function takeHead(db: Db, work: Work, lease: number): Promise<Head | NotTaken> {
  const now = db.clock()
  try {
    const { Attributes } = await db.client.send(
      new UpdateCommand({
        TableName: db.tableName,
        Key: headKey(work),
        UpdateExpression: 'SET epoch = epoch + :one, lease = :lease, writer = :writer',
        ConditionExpression: 'attribute_exists(pk) AND lease <= :now AND (attribute_not_exists(due) OR due <= :now)',
        ExpressionAttributeValues: { ':one': 1, ':lease': lease, ':now': now, ':writer': WORKER },
        ReturnValues: 'ALL_NEW',
      }),
    )
    return requireHead(work, Attributes)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error
  }
  const head = await getHead(db, work)
  if (!head) return { end: 'done' }
  return head.kind === 'USER' && head.due > now ? { end: 'later', at: head.due } : { end: 'taken' }
}

const IS_OURS = 'epoch = :epoch'
const ofSlice = ({ epoch }: Head) => ({ ':epoch': epoch })

/** Ends a slice with work left, at once or from `due` on; false where another one has begun. 1 write unit. */
export function releaseHead(db: Db, head: Head, due?: number): Promise<boolean> {
  return updateIf(db, {
    Key: headKey(head),
    UpdateExpression: `SET lease = :free, writer = :writer${due === undefined ? '' : ', due = :due'}`,
    ConditionExpression: IS_OURS,
    ExpressionAttributeValues: {
      ...ofSlice(head),
      ':free': 0,
      ':writer': WORKER,
      ...(due !== undefined && { ':due': due }),
    },
  })
}

/**
 * Takes applied intents away, and keeps what their events had no room for; `openSince` is the commit of the next one, or the last that is known. False where another
 * slice has begun, which applies them once more.
 */
export function moveHead(db: Db, head: GroupHead, applied: Intent[], openSince = head.openSince): Promise<boolean> {
  const move = {
    Update: {
      Key: headKey(head),
      UpdateExpression: 'SET openSince = :since, writer = :writer ADD queued :less',
      ConditionExpression: IS_OURS,
      ExpressionAttributeValues: {
        ...ofSlice(head),
        ':since': openSince,
        ':less': -applied.filter(({ isLoss }) => !isLoss).length,
        ':writer': WORKER,
      },
    },
  }
  const deletes = applied.map((intent, i) => [`intent:${i}`, deleteIntentAction(head.account, head.id, intent)])
  const names = applied.map(({ version, n }) => `${version}#${n}`)
  const kept = keepIntentActions(db, head.account, applied)
  return isDone(
    db,
    { move, ...Object.fromEntries(deletes), ...kept },
    ['move', head.id, head.epoch, ...names].join('|'),
  )
}

/**
 * Ends work that is done; in a group whose intents are all applied small changes are let in again. False where another
 * commit has come, or another slice has begun.
 */
export async function endWork(db: Db, head: Head): Promise<boolean> {
  const isGroup = head.kind === 'GROUP'
  const committed = isGroup ? head.committed : undefined
  const group = isGroup && !head.deleted ? await getGroup(db, head.account, head.id) : undefined
  const end = {
    Delete: {
      Key: headKey(head),
      ConditionExpression: isGroup ? `${IS_OURS} AND committed = :committed` : IS_OURS,
      ExpressionAttributeValues: { ...ofSlice(head), ...(isGroup && { ':committed': committed }) },
    },
  }
  const actions = { end, ...(group?.applying !== undefined && { group: endApplyingAction(head.account, group) }) }
  return isDone(db, actions, ['end', head.id, head.epoch, committed, group?.version].join('|'))
}

async function isDone(db: Db, actions: Actions, token: string): Promise<boolean> {
  try {
    await transact(db, actions, token)
    return true
  } catch (error) {
    if (error instanceof ConditionsFailed) return false
    throw error
  }
}
