import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { pendingKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import { queryBetween } from '../ranges.ts'
import { headKey, toHead, type UserHead } from './heads.ts'

/** Users who are deleted and may still be stored as members: readers hide them. */
export type Tombstones = ReadonlyMap<string, UserHead>

/** Those of these users who have a tombstone. */
export type TombstonesAmong = (userIds: Iterable<string>) => Promise<Tombstones>

/** So many tombstones are one read unit, and so many users are asked for by key. */
const FEW = 20

/** Access pattern P1: all tombstones of an account. Strongly consistent; 1 read unit for some 20. */
export async function listTombstones(db: Db, account: string): Promise<Tombstones> {
  return toTombstones(account, await queryAll(db, allOf(account)))
}

/**
 * Access pattern P3: the tombstones among users that are not known yet, to be read beside them: all where they are few,
 * nearly always none. Where they are many only those of the users at hand are read, in one round trip more, by key or
 * between the first and the last of them. Strongly consistent; 1 read unit, and 1 for each user up to 20 or for some 20
 * tombstones between them.
 */
export async function openTombstones(db: Db, account: string): Promise<TombstonesAmong> {
  const first = await queryAll(db, allOf(account), FEW + 1)
  if (first.length > FEW) return (userIds) => listTombstonesAmong(db, account, userIds)
  const all = toTombstones(account, first)
  return async () => all
}

async function listTombstonesAmong(db: Db, account: string, userIds: Iterable<string>): Promise<Tombstones> {
  const keys = [...new Set(userIds)].map((id) => headKey({ account, kind: 'USER', id }))
  if (keys.length <= FEW) return toTombstones(account, await batchGet(db, keys))
  const partition = { keys: ['pk', 'sk'], partition: pendingKey(account), consistent: true } as const
  const sortKeys = keys.map(({ sk }) => sk)
  return toTombstones(account, await queryBetween(db, partition, sortKeys))
}

const allOf = (account: string) => ofPartition(pendingKey(account), 'USER#')

function toTombstones(account: string, items: Record<string, unknown>[]): Tombstones {
  const heads = items.map((item) => toHead(account, item))
  return new Map(heads.flatMap((head) => (head?.kind === 'USER' ? [[head.id, head]] : [])))
}
