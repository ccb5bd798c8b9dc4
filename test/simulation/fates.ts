import { type EngineAnswer, EngineConnection } from '../../local/engine/engine-connection.ts'
import type { BatchEntry, Input } from '../../local/engine/wire.ts'
import { cancelled, throttled, toAnswer, transactionConflict } from '../aws/refusals.ts'

/** A call of the table that waits to be let through. */
export interface StoreCall {
  /** `PutItem` */
  operation: string
  input: Input
}

/** Sends a call on to the table. */
export type Send = (call: StoreCall) => Promise<EngineAnswer>

/** What the caller finds: an answer, or a connection that broke. */
export type Found = EngineAnswer | Error

interface Fate {
  /** To what it can happen. */
  befalls(call: StoreCall): boolean
  happen(call: StoreCall, send: Send): Promise<Found>
}

const WRITES = /^(Put|Update|Delete)Item$/
const isWrite = ({ operation }: StoreCall) => WRITES.test(operation) || /Write/.test(operation)
const isTransaction = ({ operation }: StoreCall) => operation.startsWith('Transact')
const anything = () => true
const broken = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })

/** Whatever may become of a call on its way. */
export const FATES = {
  done: { befalls: anything, happen: (call, send) => send(call) },
  /** It never reached the table. */
  lost: { befalls: anything, happen: async () => broken() },
  /** It was done, and the answer never came. */
  unanswered: { befalls: isWrite, happen: async (call, send) => send(call).then(broken) },
  /** It reached the table twice; the caller hears the second answer. */
  twice: { befalls: isWrite, happen: async (call, send) => send(call).then(() => send(call)) },
  throttled: { befalls: anything, happen: async (call) => toThrottled(call) },
  conflict: {
    befalls: (call) => isWrite(call) && !/^Batch/.test(call.operation),
    happen: async (call) => toConflict(call),
  },
  failed: {
    befalls: anything,
    happen: async () => toAnswer(500, { __type: 'InternalServerError', message: 'Internal server error' }),
  },
  /** Of a batch only the first half is done. */
  half: { befalls: ({ operation }) => operation.startsWith('Batch'), happen: halfDone },
} as const satisfies Record<string, Fate>

export type FateName = keyof typeof FATES
export const FATE_NAMES = Object.keys(FATES) as FateName[]

const SHAPE = { name: 'simulated', arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/simulated', onDemand: true }
const reasonsOf = ({ input }: StoreCall, reason: 'Throttled' | 'TransactionConflict') =>
  (input.TransactItems ?? []).map((_, n) => (n === 0 ? reason : 'None'))

function toThrottled(call: StoreCall): EngineAnswer {
  if (isTransaction(call)) return cancelled(reasonsOf(call, 'Throttled'), true)
  const kind = isWrite(call) ? 'write' : 'read'
  return throttled({ ...SHAPE, keys: [], indexes: [] } as never, { kind, of: SHAPE.name, arn: SHAPE.arn })
}

const toConflict = (call: StoreCall): EngineAnswer =>
  isTransaction(call) ? cancelled(reasonsOf(call, 'TransactionConflict'), true) : transactionConflict()

/** What is left undone is given back, as DynamoDB does. */
async function halfDone({ operation, input }: StoreCall, send: Send): Promise<Found> {
  const [table = '', asked] = Object.entries(input.RequestItems ?? {})[0] ?? []
  const isWriting = operation === 'BatchWriteItem'
  const all = isWriting ? (asked as BatchEntry[]) : (asked as { Keys: object[] }).Keys
  const part = (some: readonly object[]) => ({ [table]: isWriting ? some : { ...(asked as object), Keys: some } })
  const middle = Math.ceil(all.length / 2)
  const answer = await send({ operation, input: { ...input, RequestItems: part(all.slice(0, middle)) } })
  const left = all.slice(middle)
  if (answer.status !== 200 || left.length === 0) return answer
  const undone = { [isWriting ? 'UnprocessedItems' : 'UnprocessedKeys']: part(left) }
  return toAnswer(200, { ...JSON.parse(answer.body.toString('utf8')), ...undone })
}

/** Sends calls to an engine, which has attributes in an order of its own from answer to answer. */
export function sendTo(endpoint: string): { send: Send; close: () => void } {
  const connection = new EngineConnection(endpoint)
  const send: Send = async ({ operation, input }) => {
    const answer = await connection.send(operation, JSON.stringify(input))
    return { ...answer, body: Buffer.from(JSON.stringify(inOrder(JSON.parse(answer.body.toString('utf8'))))) }
  }
  return { send, close: () => connection.close() }
}

/** The same with the members of each object in the order of their names. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]))
}
