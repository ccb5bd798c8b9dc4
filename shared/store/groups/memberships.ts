import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { memberOfKey, memberOfPrefix } from '../keys.ts'
import { queryAll } from '../query-all.ts'
import { TABLE } from '../table.ts'

/** Queries in flight at once. */
const PARALLEL = 32
/** Memberships that cost as much in a range as one user does alone: 4 KB of them. */
const ROWS_PER_USER = 17
/** Sorts right behind `#`, which ends a user's id: a range up to it holds the last user's memberships too. */
const BEHIND = '$'

/** The groups of users, by user id; who is in none may be absent. */
type Memberships = ReadonlyMap<string, string[]>

/** Access pattern M2: the groups of a user, from the index: eventually consistent; 0.5 read units for some 17. */
export async function listGroupIds(db: Db, account: string, userId: string): Promise<string[]> {
  return (await listMemberships(db, account, [[userId]])).get(userId) ?? []
}

/** Access pattern M2: the same behind a group's id, in the order of ids, `limit` at most. */
export async function listGroupIdsBehind(
  db: Db,
  account: string,
  userId: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<string[]> {
  const { name, partitionKey, sortKey } = TABLE.index
  const begin = memberOfPrefix(userId)
  const items = await queryAll(
    db,
    {
      IndexName: name,
      ProjectionExpression: sortKey,
      KeyConditionExpression: `${partitionKey} = :neighbours AND ${sortKey} BETWEEN :first AND :last`,
      ExpressionAttributeValues: {
        ':neighbours': memberOfKey(account, userId),
        // A space sorts before all that an id holds: what begins behind it is no longer the group that was reached.
        ':first': after === undefined ? begin : `${begin}${after} `,
        ':last': begin.replace(/#$/, BEHIND),
      },
    },
    limit,
  )
  return items.map((item) => splitKey(String(item[sortKey]))[1])
}

/**
 * Access pattern M8: the groups of many users, by one query for each run of them, from its first to its last in order of
 * id: others between them are read too, so a run should hold few. Where they are many, who stands behind them is asked
 * for alone, so that no run costs more than twice what its users cost one by one. Eventually consistent; one parallel
 * round trip, else two, 0.5 read units for some 17 memberships of a run.
 */
export async function listMemberships(
  db: Db,
  account: string,
  runs: readonly (readonly string[])[],
): Promise<Memberships> {
  const found = await mapConcurrently([...runs], PARALLEL, (run) => listRun(db, account, run))
  const byUser = Map.groupBy(found.flat(), ([userId]) => userId)
  return new Map([...byUser].map(([userId, rows]) => [userId, rows.map(([, groupId]) => groupId)]))
}

/** Users as runs in order of id: those who share a partition of the index, which one query can serve. */
export function toRuns(account: string, userIds: readonly string[]): string[][] {
  return [...Map.groupBy(userIds.toSorted(), (userId) => memberOfKey(account, userId)).values()]
}

type Row = [userId: string, groupId: string]

async function listRun(db: Db, account: string, run: readonly string[]): Promise<Row[]> {
  const most = run.length === 1 ? Number.POSITIVE_INFINITY : run.length * ROWS_PER_USER
  const rows = await listRange(db, account, run, most)
  const reached = rows.length < most ? undefined : rows.at(-1)?.[0]
  if (reached === undefined) return rows
  const rest = run.filter((userId) => userId >= reached)
  const further = await mapConcurrently(rest, PARALLEL, (userId) => listRange(db, account, [userId]))
  return [...rows.filter(([userId]) => userId < reached), ...further.flat()]
}

/** The first `limit` memberships from the first to the last of some users. */
async function listRange(db: Db, account: string, run: readonly string[], limit?: number): Promise<Row[]> {
  const [first, last] = [run[0], run.at(-1)]
  if (first === undefined || last === undefined) return []
  const { name, partitionKey, sortKey } = TABLE.index
  const query = {
    IndexName: name,
    ProjectionExpression: sortKey,
    KeyConditionExpression: `${partitionKey} = :neighbours AND ${sortKey} BETWEEN :first AND :last`,
    ExpressionAttributeValues: {
      ':neighbours': memberOfKey(account, first),
      ':first': memberOfPrefix(first),
      ':last': memberOfPrefix(last).replace(/#$/, BEHIND),
    },
  }
  const items = await queryAll(db, query, limit)
  return items.map((item) => splitKey(String(item[sortKey])))
}

/** `<user id>#<group id>`, of which neither holds the sign between them. */
function splitKey(key: string): Row {
  const at = key.indexOf('#')
  return [key.slice(0, at), key.slice(at + 1)]
}
