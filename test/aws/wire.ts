import type { Input, Item } from '../../local/engine/wire.ts'

/** What a batch reads of one table. */
export interface BatchRead {
  Keys: Item[]
  ConsistentRead?: boolean
  ProjectionExpression?: string
  ExpressionAttributeNames?: Record<string, string>
}

/** The value a query gives the partition key, by placeholder. */
export function queriedPartition(input: Input, partitionKey: string): string {
  const { KeyConditionExpression: text = '', ExpressionAttributeNames: names = {} } = input
  for (const [, name = '', value = ''] of text.matchAll(/(#?[\w.-]+)\s*=\s*(:\w+)/g)) {
    if ((names[name] ?? name) !== partitionKey) continue
    const [content] = Object.values(input.ExpressionAttributeValues?.[value] ?? {})
    return String(content)
  }
  throw new Error(`A query names no partition: ${text}`)
}

/** Cuts an item to a projection of top-level attributes. @throws {Error} for any other: the proxy has no use for one. */
export function project(item: Item, { ProjectionExpression, ExpressionAttributeNames = {} }: Partial<BatchRead>): Item {
  if (ProjectionExpression === undefined) return item
  if (/[.[]/.test(ProjectionExpression)) throw new Error(`The proxy projects no paths: ${ProjectionExpression}`)
  const names = ProjectionExpression.split(',').map((name) => name.trim())
  const wanted = names.map((name) => ExpressionAttributeNames[name] ?? name)
  return Object.fromEntries(wanted.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])))
}
