import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { fenceGateKey, fenceKey } from '../../shared/store/keys.ts'
import { ofPartition, queryAll } from '../../shared/store/query-all.ts'
import { type Fence, GATES, toFence } from '../../shared/store/regions/fence.ts'
import { UsageError } from '../failure.ts'
import { accountsOf, homeOf, type Site, type Sites } from './sites.ts'

/** Has the fence of accounts that have none: of those that a lost region made and nobody else has met. */
export const UNMET = '$unmet'

/** A fence as those who move accounts put it. */
export interface MovedFence extends Fence {
  /** The region that had the account before. */
  from?: string | undefined
  /** The last fence that was put without the region before, which may have gone on: its epoch, and when that was. */
  lost?: { epoch: number; at: string } | undefined
}

/** How an account's fence stands in some regions. */
export interface Standing {
  account: string
  /** The newest that any of them has. */
  fence: MovedFence
  /** The highest epoch that any row of theirs has: a run may have been killed before it had put all of them. */
  top: number
  /** Those in whose tables that fence stands whole. */
  whole: ReadonlySet<Site>
  /** What each of them reads. */
  read: ReadonlyMap<Site, Fence>
}

/** Of an account without a fence that of accounts nobody has met counts. 3 read units a region, 6 without a fence. */
export async function standingOf(sites: Sites, asked: readonly Site[], account: string): Promise<Standing> {
  const rows = await Promise.all(asked.map((site) => readRows(site, account, homeOf(sites))))
  const newest = rows.map(({ fence }) => fence).reduce((last, one) => (one.epoch > last.epoch ? one : last))
  const top = Math.max(...rows.map((one) => one.top))
  const fence = newest.epoch === 0 && account !== UNMET ? (await standingOf(sites, asked, UNMET)).fence : newest
  const isWhole = rows.map((one) => one.isWhole && one.fence.epoch === fence.epoch)
  return {
    ...{ account, fence, top: Math.max(top, fence.epoch) },
    whole: new Set(asked.filter((_, i) => isWhole[i])),
    read: new Map(asked.map((site, i) => [site, rows[i]?.fence ?? newest])),
  }
}

interface Rows {
  fence: MovedFence
  top: number
  isWhole: boolean
}

async function readRows({ db }: Site, account: string, home: string): Promise<Rows> {
  const get = new GetCommand({ TableName: db.tableName, Key: fenceKey(account), ConsistentRead: true })
  const [{ Item }, gates] = await Promise.all([
    db.client.send(get),
    queryAll(db, ofPartition(fenceGateKey(account, 0).pk)),
  ])
  const fence = { ...toFence(Item, home), ...movedOf(Item) }
  const epochs = gates.map(({ epoch }) => Number(epoch))
  return {
    fence,
    top: Math.max(fence.epoch, ...epochs),
    isWhole: epochs.every((epoch) => epoch === fence.epoch) && epochs.length === (fence.epoch === 0 ? 0 : GATES),
  }
}

function movedOf({ from, lost }: Record<string, unknown> = {}): Pick<MovedFence, 'from' | 'lost'> {
  return { ...(typeof from === 'string' && { from }), ...(lost ? { lost: lost as MovedFence['lost'] } : {}) }
}

/** The accounts that some regions have, or the only one that is meant. @throws {UsageError} where none of them has that. */
export async function accountsIn(asked: readonly Site[], only: string | undefined): Promise<string[]> {
  const all = new Set((await Promise.all(asked.map(accountsOf))).flat())
  if (only === undefined) return [...all]
  if (all.has(only)) return [only]
  throw new UsageError(`There is no account "${only}" in ${asked.map(({ name }) => name).join(' or ')}`)
}
