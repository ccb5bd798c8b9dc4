import { createHash } from 'node:crypto'
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from '../client.ts'
import { fenceKey } from '../keys.ts'

/** Which region may change an account (docs/decisions/0050). */
export interface Fence {
  /** The only region that takes changes; none while the account is handed over. */
  primary?: string | undefined
  /** While it is handed over: the region whose worker ends what is queued, and the one that is primary next. */
  draining?: string | undefined
  to?: string | undefined
  /** Which of its fences it is; the higher one counts. No two regions ever have one in common; 0 of an account that has none. */
  epoch: number
  /** When it was put: ISO 8601. */
  since?: string | undefined
}

/**
 * A change checks one of so many rows that say the same as the fence, chosen by chance: of one, all changes would conflict.
 * It makes no difference to any of them how the fence changes, but that it does.
 */
export const GATES = 64

/** The gate for a transaction: the same for whoever sends it again. */
export const gateOf = (token: string): number => createHash('sha256').update(token).digest().readUInt8(0) % GATES

/** Reads a row back; without one the first region of all is primary. @throws {Error} where it is not as we write them. */
export function toFence(item: Record<string, unknown> | undefined, home: string): Fence {
  if (!item) return { primary: home, epoch: 0 }
  const { primary, draining, to, epoch, since } = item
  if (typeof epoch !== 'number') throw new Error('The fence of an account is not one of ours')
  return {
    epoch,
    ...(typeof primary === 'string' && { primary }),
    ...(typeof draining === 'string' && { draining }),
    ...(typeof to === 'string' && { to }),
    ...(typeof since === 'string' && { since }),
  }
}

/** Access pattern F1: the fence of an account as this region has it; strongly consistent, 1 read unit. */
export async function getFence(db: Db, account: string, home: string): Promise<Fence> {
  const get = new GetCommand({ TableName: db.tableName, Key: fenceKey(account), ConsistentRead: true })
  return toFence((await db.client.send(get)).Item, home)
}
