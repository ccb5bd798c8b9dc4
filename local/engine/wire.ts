/** A value as DynamoDB's protocol writes it: `{ S: 'text' }`. */
export type AttributeValue = Readonly<Record<string, unknown>>
export type Item = Readonly<Record<string, AttributeValue>>

/** What one write is about, as the protocol says it. */
export interface WriteRequest {
  table: string
  action: 'Put' | 'Update' | 'Delete' | 'ConditionCheck'
  /** The item of a put, the key of all others. */
  item: Item
}

/** The parts of requests that a proxy looks at. */
export interface Input {
  TableName?: string
  Item?: Item
  Key?: Item
  ConsistentRead?: boolean
  IndexName?: string
  Limit?: number
  FilterExpression?: string
  ProjectionExpression?: string
  KeyConditionExpression?: string
  ExclusiveStartKey?: Item
  ScanIndexForward?: boolean
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: Record<string, Record<string, unknown>>
  ReturnConsumedCapacity?: string
  ClientRequestToken?: string
  RequestItems?: Record<string, unknown>
  TransactItems?: Record<string, Input>[]
}

/** One request of a batch. */
export interface BatchEntry {
  PutRequest?: { Item: Item }
  DeleteRequest?: { Key: Item }
}

const SINGLE = { PutItem: 'Put', UpdateItem: 'Update', DeleteItem: 'Delete' } as const

/** The write of a plain call. */
export function singleWrite(operation: keyof typeof SINGLE, input: Input): WriteRequest {
  return { table: input.TableName ?? '', action: SINGLE[operation], item: input.Item ?? input.Key ?? {} }
}

/** The writes of a transaction, in its order. */
export function transactWrites({ TransactItems = [] }: Input): WriteRequest[] {
  return TransactItems.map((entry) => {
    const [action = 'Put', body = {}] = Object.entries(entry)[0] ?? []
    const { TableName: table = '', Item, Key } = body
    return { table, action: action as WriteRequest['action'], item: Item ?? Key ?? {} }
  })
}

/** The writes of a batch with what asked for them, so that what is left undone can be given back. */
export function batchWrites({ RequestItems = {} }: Input): { write: WriteRequest; entry: BatchEntry }[] {
  return Object.entries(RequestItems).flatMap(([table, entries]) =>
    (entries as BatchEntry[]).map((entry) => {
      const { PutRequest, DeleteRequest } = entry
      const write: WriteRequest = PutRequest
        ? { table, action: 'Put', item: PutRequest.Item }
        : { table, action: 'Delete', item: DeleteRequest?.Key ?? {} }
      return { write, entry }
    }),
  )
}
