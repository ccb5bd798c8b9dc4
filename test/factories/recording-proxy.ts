import { type EngineProxy, startProxy } from './proxy.ts'

/** One action on one partition, as IAM judges it. */
export interface TableAccess {
  /** `GetItem`, `Query`, `ConditionCheckItem`... */
  action: string
  /** The partition key, of a batch all of them; `undefined` where the request has none, as a Scan. */
  key: string | string[] | undefined
  /** Whether it goes to an index. */
  index: boolean
}

export interface RecordingProxy extends EngineProxy {
  accesses: TableAccess[]
}

/** Stands before the engine, passes everything on and notes what is done to which partition. */
export async function startRecordingProxy(engine: string): Promise<RecordingProxy> {
  const accesses: TableAccess[] = []
  const proxy = await startProxy(engine, (operation, input) => {
    accesses.push(...accessesOf(operation, input))
    return 'pass'
  })
  return { ...proxy, accesses }
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
    return [{ action: operation, key: keys.flatMap((key) => key?.pk?.S ?? []), index: false }]
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
