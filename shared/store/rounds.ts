import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { listAccounts } from './accounts.ts'
import { mapConcurrently } from './batch.ts'
import type { Db } from './client.ts'
import { OutOfTime, withDeadline } from './deadline.ts'
import { roundKey } from './keys.ts'

/** What goes round all accounts, again and again, however many there are. */
export interface Round {
  name: 'watch' | 'changes' | 'notary'
  /** When it has to end, in epoch milliseconds by the table's clock. */
  until: number
  /** Hears of accounts at which it failed; the others are visited all the same. */
  report(error: unknown): void
}

/** Accounts that are visited together. */
const PARALLEL = 8

/**
 * Access pattern A7: visits every account once, or as many as there is time for: the next round begins at the first that
 * this one did not finish. Where that is the one it began with, which had all the time there is, the next begins behind it:
 * nobody keeps the others from being visited. 1 read unit for the mark, and 1 per 4 KB of accounts; 1 write unit where it
 * was cut off. @returns how many accounts are left.
 */
export async function goRound(
  db: Db,
  { name, until, report }: Round,
  visit: (db: Db, account: string) => Promise<void>,
): Promise<number> {
  const timed = withDeadline(db, until)
  const accounts = beginningAt(await listAccounts(timed, Number.POSITIVE_INFINITY), await getMark(timed, name))
  const finished = await mapConcurrently(accounts, PARALLEL, (account) => finishes(timed, account, { visit, report }))
  const left = finished.indexOf(false)
  const next = accounts[left === 0 ? 1 : left]
  if (left === 0) report(new Error(`The account ${accounts[0]} takes longer than a whole round`))
  if (next !== undefined) await putMark(db, name, next)
  return finished.filter((isFinished) => !isFinished).length
}

interface Visit {
  visit(db: Db, account: string): Promise<void>
  report(error: unknown): void
}

/** Whether a visit came to its end, were it a bad one. */
async function finishes(db: Db, account: string, { visit, report }: Visit): Promise<boolean> {
  if (db.clock() >= db.deadline) return false
  try {
    await visit(db, account)
  } catch (error) {
    if (error instanceof OutOfTime) return false
    report(error)
  }
  return true
}

/** The accounts, in order, from `mark` on and round to it; it need not be there any more. */
function beginningAt(accounts: string[], mark = ''): string[] {
  const first = accounts.findIndex((account) => account >= mark)
  return first <= 0 ? accounts : [...accounts.slice(first), ...accounts.slice(0, first)]
}

async function getMark(db: Db, name: string): Promise<string | undefined> {
  const { Item } = await db.client.send(
    new GetCommand({ TableName: db.tableName, Key: roundKey(name, db.region?.own), ConsistentRead: true }),
  )
  return Item && String(Item.account)
}

async function putMark(db: Db, name: string, account: string): Promise<void> {
  await db.client.send(
    new PutCommand({ TableName: db.tableName, Item: { ...roundKey(name, db.region?.own), account } }),
  )
}
