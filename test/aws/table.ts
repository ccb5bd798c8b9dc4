import type { Input } from '../../local/engine/wire.ts'
import type { Backend, Outcome, Send } from './backend.ts'
import { type Charge, unitsOf } from './charges.ts'
import { readBatch } from './read-batch.ts'
import { query, readOne, readTransaction, scan } from './reads.ts'
import { toAnswer } from './refusals.ts'
import { writeBatch } from './write-batch.ts'
import { writeOne, writeTransaction } from './writes.ts'

type Run = (backend: Backend, input: Input, send: Send) => Promise<Outcome>

const OPERATIONS: Readonly<Record<string, Run>> = {
  GetItem: readOne,
  BatchGetItem: readBatch,
  Query: query,
  Scan: scan,
  TransactGetItems: readTransaction,
  PutItem: (backend, input, send) => writeOne(backend, 'PutItem', input, send),
  UpdateItem: (backend, input, send) => writeOne(backend, 'UpdateItem', input, send),
  DeleteItem: (backend, input, send) => writeOne(backend, 'DeleteItem', input, send),
  BatchWriteItem: writeBatch,
  TransactWriteItems: writeTransaction,
}

/** Does what AWS would do with a call; operations on tables themselves are passed on. */
export async function callTable(backend: Backend, operation: string, input: Input, send: Send): Promise<Outcome> {
  const run = OPERATIONS[operation]
  if (run) return withCapacity(await run(backend, input, send), operation, input)
  const answer = await send(input)
  if (/^(Create|Update|Delete)Table$/.test(operation)) backend.shapes.forget()
  return { answer, charges: [], refused: undefined }
}

/** Callers who ask what a call has consumed hear what AWS would say. */
function withCapacity(outcome: Outcome, operation: string, input: Input): Outcome {
  const { answer, charges } = outcome
  if (answer.status !== 200 || !/^(TOTAL|INDEXES)$/.test(input.ReturnConsumedCapacity ?? '')) return outcome
  const tables = new Map<string, Charge[]>()
  for (const charge of charges) {
    const [name = ''] = charge.of.split('/')
    tables.set(name, [...(tables.get(name) ?? []), charge])
  }
  const all = [...tables].map(([TableName, own]) => ({ TableName, CapacityUnits: unitsOf(own) }))
  const ConsumedCapacity = /^(Batch|Transact)/.test(operation) ? all : all[0]
  const body = JSON.parse(answer.body.toString('utf8'))
  return { ...outcome, answer: toAnswer(200, { ...body, ConsumedCapacity }) }
}
