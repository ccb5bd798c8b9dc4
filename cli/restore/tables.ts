import { DescribeTableCommand, ResourceNotFoundException, type TableDescription } from '@aws-sdk/client-dynamodb'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { LOCAL_AWS } from '../../local/environment.ts'
import { batchGet, mapConcurrently } from '../../shared/store/batch.ts'
import type { Db } from '../../shared/store/client.ts'
import { openDb as open } from '../../shared/store/client.ts'
import type { Key } from '../../shared/store/keys.ts'
import { TABLE } from '../../shared/store/table.ts'
import { Failure } from '../failure.ts'
import { awsCredentials, type TargetFlags } from '../target.ts'
import type { Terminal } from '../terminal.ts'
import type { Item } from './kinds.ts'

/** Parts in which a table is scanned, side by side. */
const SEGMENTS = 4
/** Items that are in memory for each of them. */
const PAGE = 500

/** The two tables of a restore. */
export interface Tables {
  live: Db
  restored: Db
  /** The moment that the restored table shows, as DynamoDB tells it (ISO 8601). */
  restoredTo: string | undefined
}

/** The two as somebody opened them. */
export interface OpenTables extends Tables {
  /** Who that is: the ARN of the credentials, or whoever uses this machine where the tables are on it. */
  caller(): Promise<string>
}

export interface TableNames {
  live: string
  restored: string
  eventRetentionDays: number
}

/** Opens both by the operator's own credentials, or at `DYNAMODB_ENDPOINT`. @throws {Failure} where they cannot be the two. */
export async function openTables(
  names: TableNames,
  target: TargetFlags,
  terminal: Pick<Terminal, 'env'>,
): Promise<OpenTables> {
  if (names.live === names.restored)
    throw new Failure(`"${names.live}" is named for both tables: a table is not restored over itself`)
  const { open, caller, isLocal } = await findEngine(target, terminal)
  const [live, restored] = [names.live, names.restored].map((name) => open(name, names.eventRetentionDays)) as [Db, Db]
  const [known, copy] = [await requireOurs(live), await requireOurs(restored)]
  if (known.TableArn !== undefined && known.TableArn === copy.TableArn && known.TableName === copy.TableName)
    throw new Failure(`"${names.live}" and "${names.restored}" are the same table`)
  requireRestored(known, copy, isLocal)
  return { live, restored, restoredTo: copy.RestoreSummary?.RestoreDateTime?.toISOString(), caller }
}

/** Opens the service's table alone. @throws {Failure} where there is none. */
export async function openTable(
  names: Omit<TableNames, 'restored'>,
  target: TargetFlags,
  terminal: Pick<Terminal, 'env'>,
): Promise<Pick<OpenTables, 'live' | 'caller'>> {
  const { open, caller } = await findEngine(target, terminal)
  const live = open(names.live, names.eventRetentionDays)
  await requireOurs(live)
  return { live, caller }
}

/** Opens a table of this machine, and one that is to be made beside it. @throws {Failure} where they would be on AWS. */
export async function openForCopy(names: TableNames, target: TargetFlags, terminal: Pick<Terminal, 'env'>) {
  const { open, isLocal } = await findEngine(target, terminal)
  if (!isLocal)
    throw new Failure(
      'A copy is for trying on one machine: on AWS point-in-time recovery makes the table to restore from',
    )
  const live = open(names.live, names.eventRetentionDays)
  await requireOurs(live)
  return { live, copy: open(names.restored, names.eventRetentionDays) }
}

/** What DynamoDB of AWS is called everywhere: an address of it is no engine of this machine. */
const OF_AWS = /\.(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/

/** Where the tables are, and as whom. */
async function findEngine(target: TargetFlags, { env }: Pick<Terminal, 'env'>) {
  const endpoint = env.DYNAMODB_ENDPOINT || undefined
  const isLocal = endpoint !== undefined && !OF_AWS.test(URL.parse(endpoint)?.hostname ?? '')
  const region = target.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION
  if (!isLocal && !region) throw new Failure('The region is not known: give --region or set AWS_REGION')
  const aws =
    isLocal && !env.AWS_ACCESS_KEY_ID
      ? LOCAL_AWS
      : { region: region ?? LOCAL_AWS.region, credentials: await awsCredentials(target.profile) }
  const config = { dynamodbEndpoint: endpoint, publicBaseUrl: undefined, requestLog: false }
  return {
    isLocal,
    open: (tableName: string, eventRetentionDays: number) =>
      open({ ...config, tableName, eventRetentionDays }, { ...aws, maxAttempts: 10 }),
    caller: async () => {
      if (isLocal || typeof aws.credentials !== 'function') return env.USER || 'operator'
      const { callerArn } = await import('../caller.ts')
      return callerArn({ region: aws.region, credentials: aws.credentials, endpoint: env.AWS_ENDPOINT_URL_STS })
    },
  }
}

/** Any table with our keys would do for copying, and what it lacks would be deleted. @throws {Failure} where it was not made from the live one. */
function requireRestored(live: TableDescription, copy: TableDescription, isLocal: boolean): void {
  const source = copy.RestoreSummary?.SourceTableArn
  // Local engines restore nothing, so that a copy there says nothing of where it came from.
  if (source === live.TableArn || (isLocal && source === undefined)) return
  const what = source === undefined ? 'was restored from nothing' : `was restored from ${source}`
  throw new Failure(`The table "${copy.TableName}" ${what}: it must be a restored one of "${live.TableName}"`)
}

/** @throws {Failure} where there is no such table, it is none of ours, or it cannot be read yet. */
async function requireOurs({ client, tableName }: Db): Promise<TableDescription> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName })).catch((cause: unknown) => {
    if (cause instanceof ResourceNotFoundException) throw new Failure(`There is no table "${tableName}"`, { cause })
    throw new Failure(`The table "${tableName}" cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  })
  const keys = Table?.KeySchema?.map(({ AttributeName }) => AttributeName).join(' ')
  const index = Table?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === TABLE.index.name)
  if (!Table || keys !== `${TABLE.partitionKey} ${TABLE.sortKey}` || !index)
    throw new Failure(`The table "${tableName}" is none of Rolecall's: its keys and index are others`)
  if (Table.TableStatus !== 'ACTIVE')
    throw new Failure(`The table "${tableName}" is not ready: it is ${Table.TableStatus}`)
  return Table
}

/** An item of one table, and what the other has under its key. */
export type Pair = [item: Item, counterpart: Item | undefined]

/** Goes through a table, its parts side by side, some hundred items at a time, each beside what `other` has; in no order. */
export async function scanBeside(db: Db, other: Db, hear: (pairs: readonly Pair[]) => Promise<void>): Promise<void> {
  const segments = Array.from({ length: SEGMENTS }, (_, segment) => segment)
  await mapConcurrently(segments, SEGMENTS, async (Segment) => {
    for await (const items of scanPages(db, { Segment, TotalSegments: SEGMENTS })) {
      const found = await batchGet(other, items.map(keyOf))
      const byKey = new Map(found.map((item) => [keyText(item), item]))
      await hear(items.map((item): Pair => [item, byKey.get(keyText(item))]))
    }
  })
}

/** All items of a table, a page at a time. */
export async function* scanPages(
  db: Db,
  part: { Segment?: number; TotalSegments?: number } = {},
): AsyncGenerator<Item[]> {
  let ExclusiveStartKey: Item | undefined
  do {
    const scan = { TableName: db.tableName, ConsistentRead: true, Limit: PAGE, ...part, ExclusiveStartKey }
    const page = await db.client.send(new ScanCommand(scan))
    yield page.Items ?? []
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey)
}

export const keyOf = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) })
const keyText = (item: Item): string => JSON.stringify(keyOf(item))
