import type { Db } from '../client.ts'
import { fenceGateKey } from '../keys.ts'
import type { Action, Actions } from '../transaction.ts'
import { type Fence, gateOf } from './fence.ts'
import { Fenced, isOpen, requireOpen } from './fenced.ts'
import { type Region, toWrote } from './region.ts'

/** The name of the action that holds while the fence is as the transaction goes by it. */
export const GATE = 'gate'

/** A transaction as it may be sent. */
export interface Gated {
  actions: Actions
  /** Tells it apart from what the same change would be under another fence. */
  token: string
  /** What to do where its gate was closed. @throws {Fenced} where the fence lets no change through; else it is sent again. */
  relearn?(): Promise<void>
}

/**
 * What a region has to add to the actions of a change: that its fence is what the process knows, and, in each item, who wrote
 * it; of a witness the second alone. 2 write units; a read where the process has not heard of the account's fence yet. @throws {Fenced} without a
 * round trip where it knows that the region takes no changes.
 */
export async function gated(db: Db, region: Region, made: Actions, token: string): Promise<Gated> {
  if (db.role === 'witness') return { actions: stamped(made, toWrote(region.own)), token }
  const account = accountOf(made)
  const known = region.known(account)
  // What is known to be closed may be open by now, and the other way round the gate says.
  const fence = known && isOpen(db, known) ? known : await requireOpen(db, region, account)
  const gate = gateAction(db, region, { account, fence, gate: gateOf(token) })
  return {
    actions: { ...stamped(made, toWrote(region.own, fence)), [GATE]: gate },
    token: `${token}#${fence.epoch}`,
    relearn: async () => {
      const heard = await requireOpen(db, region, account)
      // Nothing new, and its gate says otherwise: the fence is put just now, or whoever put it was killed.
      if (heard.epoch === fence.epoch) throw new Fenced(heard, region.own)
    },
  }
}

function gateAction(
  { role }: Db,
  { own }: Region,
  { account, fence, gate }: { account: string; fence: Fence; gate: number },
): Action {
  const Key = fenceGateKey(account, gate)
  if (fence.epoch === 0) return { ConditionCheck: { Key, ConditionExpression: 'attribute_not_exists(pk)' } }
  const isOurs = role === 'worker' ? '(#primary = :own OR draining = :own)' : '#primary = :own'
  return {
    ConditionCheck: {
      Key,
      ConditionExpression: `${isOurs} AND epoch = :epoch`,
      ExpressionAttributeNames: { '#primary': 'primary' },
      ExpressionAttributeValues: { ':own': own, ':epoch': fence.epoch },
    },
  }
}

const stamped = (actions: Actions, wrote: string): Actions =>
  Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, stamp(action, wrote)]))

/** Puts into an item who wrote it. */
function stamp(action: Action, wrote: string): Action {
  if ('Put' in action) return { Put: { ...action.Put, Item: { ...action.Put.Item, wrote } } }
  if (!('Update' in action)) return action
  const { UpdateExpression = '', ExpressionAttributeValues } = action.Update
  const stamped = UpdateExpression.includes('SET ')
    ? UpdateExpression.replace('SET ', 'SET wrote = :wrote, ')
    : `${UpdateExpression} SET wrote = :wrote`
  const values = { ...ExpressionAttributeValues, ':wrote': wrote }
  return { Update: { ...action.Update, UpdateExpression: stamped, ExpressionAttributeValues: values } }
}

const OF_ACCOUNT = /^A#([^#]+)#/

const accountIn = (pk: unknown): string | undefined => OF_ACCOUNT.exec(String(pk))?.[1]

/** The account that a change is of: its event's, if nothing else's. */
function accountOf(actions: Actions): string {
  for (const action of Object.values(actions)) {
    const [body] = Object.values(action) as [{ Key?: Record<string, unknown>; Item?: Record<string, unknown> }]
    const account = accountIn((body.Key ?? body.Item)?.pk)
    if (account) return account
  }
  throw new Error('A change is of no account')
}

/** An item that is put outside a transaction, with who wrote it by the fence that the process knows; as it is where there is one region. */
export function stampedItem({ region }: Db, item: Record<string, unknown>): Record<string, unknown> {
  if (!region) return item
  return { ...item, wrote: toWrote(region.own, region.known(accountIn(item.pk) ?? '')) }
}
