import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import type { Db } from '../../shared/store/client.ts'
import { getFence } from '../../shared/store/regions/fence.ts'

/** The regions of this machine: the first is primary of an account without a fence. */
export const REGION_NAMES = ['eu-central-1', 'eu-west-1'] as const

/**
 * Data of two regions may be run as one where the first is primary: what it writes then, the other gets at the next start with both.
 * @throws {Error} where the first must not write.
 */
export async function requireHome(db: Db): Promise<void> {
  const [home] = REGION_NAMES
  const { primary } = await getFence(db, DEFAULT_ACCOUNT, home)
  if (primary === home) return
  const why = primary === undefined ? 'no region is primary just now' : `${primary} is primary`
  throw new Error(`These are the data of two regions, and ${why}: start with --regions 2`)
}
