import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { count } from './tally.ts'

/** The deadline of the work has passed. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
  /** A transaction was sent whose answer nobody waited for: it may have been carried out. */
  readonly sent: boolean
  constructor(sent: boolean, options?: ErrorOptions) {
    super(sent ? 'A transaction was not answered in time' : 'There is no time left', options)
    this.sent = sent
  }
}

/**
 * The table for work that has to end at `deadline`, in epoch ms by the table's clock, whatever deadline it had before.
 * From then on nothing is sent, and what is under way is aborted, retries included: both fail as {@link OutOfTime}, and
 * with them every loop around calls.
 */
export const withDeadline = (db: Db, deadline: number): Db => ({ ...db, deadline, client: timed(db, deadline) })

/** The client as the process opened it: the same for all its invocations, whatever their deadlines. */
export const connectionOf = ({ client }: Pick<Db, 'client'>): DynamoDBDocumentClient =>
  connections.get(client) ?? client

const connections = new WeakMap<object, DynamoDBDocumentClient>()

type Send = (command: { input: object }, options?: object) => Promise<unknown>

function timed(db: Db, deadline: number): DynamoDBDocumentClient {
  const connection = connectionOf(db)
  if (!Number.isFinite(deadline) && !db.tally) return connection
  let signal: AbortSignal | undefined
  const send: Send = async (command, options) => {
    const begun = db.clock()
    const leftMs = deadline - begun
    if (leftMs <= 0) throw new OutOfTime(false)
    if (Number.isFinite(leftMs)) signal ??= AbortSignal.timeout(leftMs)
    try {
      const answer = await (connection.send as Send)(command, { ...options, ...(signal && { abortSignal: signal }) })
      if (db.tally) count(db.tally, answer, db.clock() - begun)
      return answer
    } catch (cause) {
      throw isAbort(cause) ? new OutOfTime(isCommit(command), { cause }) : cause
    }
  }
  const client: DynamoDBDocumentClient = Object.create(connection, { send: { value: send } })
  connections.set(client, connection)
  return client
}

/**
 * The table for a request that has begun before it is known whether it may: what it reads is sent at once, a commit
 * waits for `admitted`; if it is the first thing sent, only where that is known already, since it would take a round trip.
 * What it rejects with is thrown in place of the commit.
 */
export function heldBack(db: Db, admitted: Promise<void>): Db {
  const inner = db.client
  let begun = false
  const send: Send = async (command, options) => {
    const isFirst = !begun
    begun = true
    if (isCommit(command)) await (isFirst ? Promise.race([admitted, nextTurn()]) : admitted)
    return (inner.send as Send)(command, options)
  }
  const client: DynamoDBDocumentClient = Object.create(inner, { send: { value: send } })
  connections.set(client, connectionOf(db))
  return { ...db, client }
}

/** Only transactions that write carry a token; asking for their class would bring the SDK to those who have none. */
const isCommit = ({ input }: { input: object }): boolean => 'ClientRequestToken' in input

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
