import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** One action on one partition, as IAM judges it. */
export interface TableAccess {
  /** `GetItem`, `Query`, `ConditionCheckItem`... */
  action: string
  /** The partition key; `undefined` where the request has none, as a Scan. */
  key: string | undefined
  /** Whether it goes to an index. */
  index: boolean
}

export interface RecordingProxy {
  endpoint: string
  accesses: TableAccess[]
  close(): Promise<void>
}

/** Stands before the engine, passes everything on and notes what is done to which partition. */
export async function startRecordingProxy(engine: string): Promise<RecordingProxy> {
  const accesses: TableAccess[] = []
  const server = createServer((message, response) => {
    void pass(engine, message, response, accesses)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accesses, close }
}

async function pass(engine: string, message: IncomingMessage, response: ServerResponse, accesses: TableAccess[]) {
  const body = await buffer(message)
  const operation = String(message.headers['x-amz-target']).split('.')[1] ?? ''
  accesses.push(...accessesOf(operation, JSON.parse(body.toString('utf8'))))
  const onward = sendRequest(engine, { method: 'POST', headers: message.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(response)
  })
  onward.end(body)
}

type Key = { pk?: { S: string } }
interface Input {
  Key?: Key
  Item?: Key
  IndexName?: string
  KeyConditionExpression?: string
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: Record<string, { S?: string }>
  RequestItems?: Record<string, { Keys?: Key[] } | { PutRequest?: { Item: Key }; DeleteRequest?: { Key: Key } }[]>
  TransactItems?: Record<string, Input>[]
}

/** What IAM is asked for an operation: of a transaction, each of its items. */
function accessesOf(operation: string, input: Input): TableAccess[] {
  const { TransactItems, RequestItems } = input
  if (TransactItems) {
    const parts = TransactItems.flatMap((item) => Object.entries(item))
    return parts.map(([part, one]) => ({ action: actionOf(part), key: (one.Key ?? one.Item)?.pk?.S, index: false }))
  }
  if (RequestItems) {
    const keys = Object.values(RequestItems).flatMap((request) =>
      Array.isArray(request) ? request.map((one) => one.PutRequest?.Item ?? one.DeleteRequest?.Key) : request.Keys,
    )
    return keys.map((key) => ({ action: operation, key: key?.pk?.S, index: false }))
  }
  const key = operation === 'Query' ? partitionOf(input) : (input.Key ?? input.Item)?.pk?.S
  return [{ action: operation, key, index: input.IndexName !== undefined }]
}

const actionOf = (part: string) => (part === 'ConditionCheck' ? 'ConditionCheckItem' : `${part}Item`)

/** The partition a Query names: `pk = :pk`, or by placeholder. */
function partitionOf({ KeyConditionExpression: text = '', ...input }: Input): string | undefined {
  for (const [, name = '', value = ''] of text.matchAll(/(#?\w+)\s*=\s*(:\w+)/g)) {
    const attribute = input.ExpressionAttributeNames?.[name] ?? name
    if (attribute === 'pk' || attribute === 'gsi1pk') return input.ExpressionAttributeValues?.[value]?.S
  }
  return undefined
}
