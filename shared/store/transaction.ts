import { createHash, randomUUID } from 'node:crypto'
import type { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { toChecks } from './dry-run.ts'
import { jitter } from './jitter.ts'
import { GATE, type Gated, gated } from './regions/gate.ts'

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]
type Named<T> = Omit<NonNullable<T>, 'TableName'>

/** One action of a transaction; the table's name is filled in when it is sent. */
export type Action =
  | { Put: Named<TransactItem['Put']> }
  | { Update: Named<TransactItem['Update']> }
  | { Delete: Named<TransactItem['Delete']> }
  | { ConditionCheck: Named<TransactItem['ConditionCheck']> }

/**
 * Actions of one transaction under the names by which their failures are told. What only builds them ends in `Action`
 * or `Actions`, and does nothing else.
 */
export type Actions = Readonly<Record<string, Action>>

/** The most actions of a change: DynamoDB takes 100, and one may be the gate of its region. */
export const MAX_ACTIONS = 99
/**
 * How long a transaction is sent again that others got in the way of: each conflict lets one of them pass, some 10 ms
 * later, so that two hundred writers of one group get through. The number is a bound where time stands.
 */
const CONFLICT_MS = 8_000
const MAX_CONFLICT_RETRIES = 60
/** What is kept of a request's time, so that it can be told to come again. */
const KEPT_MS = 500

/** An item as DynamoDB writes it, which is how the SDK leaves items in answers that are errors. */
export type RawItem = NonNullable<NonNullable<TransactionCanceledException['CancellationReasons']>[number]['Item']>

/** To be spread into an action whose failure shall show the item it met; costs nothing. */
export const SHOW_MET = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const

/** A transaction that was refused, with the names of the actions whose conditions failed. */
export class ConditionsFailed extends Error {
  override readonly name = 'ConditionsFailed'
  /** By name; with the item that was met, where the action asked for it (`SHOW_MET`) and there was one. */
  readonly failures: ReadonlyMap<string, RawItem | undefined>
  constructor(failures: ReadonlyMap<string, RawItem | undefined>) {
    super('The conditions of a transaction failed')
    this.failures = failures
  }
}

/**
 * Carries out all actions or none. `requestToken` makes a repeated send of the same actions a no-op for ten minutes;
 * later it is known by its `event`, which nobody else writes: that one being there already, all was carried out.
 * Conflicts with other transactions are retried with jitter, with actions made anew where they depend on the time: a
 * transaction that was cancelled has done nothing. Of several regions only the one carries it out that its account's fence names.
 * @throws {ConditionsFailed} when a condition did not hold. @throws {Fenced} where another region is primary.
 */
export async function transact(db: Db, toActions: Actions | (() => Actions), requestToken: string): Promise<void> {
  const until = Math.min(db.clock() + CONFLICT_MS, db.deadline - KEPT_MS)
  for (let attempt = 0; ; attempt++) {
    const made = typeof toActions === 'function' ? toActions() : toActions
    const wanted = db.isDryRun ? toChecks(made) : made
    const { actions, token, relearn } = await throughGate(db, wanted, `${requestToken}#${attempt}`)
    try {
      await db.client.send(toCommand(db, actions, token))
      return
    } catch (error) {
      if (!isCancelled(error)) throw error
      const failures = failedConditions(error, Object.keys(actions))
      if (failures.has('event')) return
      if (failures.delete(GATE)) await relearn?.()
      if (db.tally) db.tally.conflicts += 1
      if (failures.size > 0) throw new ConditionsFailed(failures)
      if (attempt >= MAX_CONFLICT_RETRIES || db.clock() >= until) throw tooContended(error)
      await jitter(attempt)
    }
  }
}

/** What is sent: as it is made, where there is one region, or nothing to be written. */
async function throughGate(db: Db, actions: Actions, token: string): Promise<Gated> {
  return db.region && !db.isDryRun ? gated(db, db.region, actions, token) : { actions, token }
}

function toCommand(db: Db, actions: Actions, token: string): TransactWriteCommand {
  checkActions(Object.values(actions))
  const TransactItems = Object.values(actions).map((action) => inTable(action, db.tableName))
  const ClientRequestToken = createHash('sha256').update(token).digest('hex').slice(0, 36)
  return new TransactWriteCommand({ TransactItems, ClientRequestToken })
}

/** The names of the conditions that did not hold, where some did not: then nothing was carried out. */
export async function failuresOf(db: Db, actions: Actions): Promise<ReadonlySet<string> | undefined> {
  try {
    await transact(db, actions, randomUUID())
    return undefined
  } catch (error) {
    if (error instanceof ConditionsFailed) return new Set(error.failures.keys())
    throw error
  }
}

const inTable = (action: Action, TableName: string): TransactItem =>
  Object.fromEntries(Object.entries(action).map(([kind, body]) => [kind, { TableName, ...body }]))

/** Some engines accept what AWS refuses; these limits hold everywhere. */
function checkActions(actions: Action[]): void {
  if (actions.length > MAX_ACTIONS + 1) throw new Error(`A transaction of ${actions.length} actions`)
  const keys = new Set(actions.map((action) => JSON.stringify(keyOf(action))))
  if (keys.size < actions.length) throw new Error('A transaction names one item twice')
}

function keyOf(action: Action): unknown[] {
  const [body] = Object.values(action) as [{ Key?: Record<string, unknown>; Item?: Record<string, unknown> }]
  const { pk, sk } = body.Key ?? body.Item ?? {}
  return [pk, sk]
}

const isCancelled = (error: unknown): error is TransactionCanceledException =>
  error instanceof Error && error.name === 'TransactionCanceledException'

/** DynamoDB gives its reasons in the order of the actions. */
function failedConditions({ CancellationReasons = [] }: TransactionCanceledException, names: string[]) {
  const reasons = names.map((name, i) => [name, CancellationReasons[i]] as const)
  const failed = reasons.filter(([, reason]) => reason?.Code === 'ConditionalCheckFailed')
  return new Map(failed.map(([name, reason]) => [name, reason?.Item]))
}

/** Named like DynamoDB's own throttling, so that it is answered 429. */
function tooContended(cause: Error): Error {
  const error = new Error('Too many transactions on the same items', { cause })
  error.name = 'TransactionInProgressException'
  return error
}
