import { DEFAULT_ACCOUNT } from '../../auth/account.ts'
import type { Db } from '../client.ts'
import { getFence } from './fence.ts'
import { Fenced, isOpen } from './fenced.ts'
import { putFence } from './put-fence.ts'

/**
 * Where accounts are made: only in the primary region of the default account, and with a fence like that account's, since
 * the first region is primary of accounts without one. One that has a fence keeps it. No write where that account has none
 * either. @throws {Fenced}
 */
export async function fenceNewAccount(db: Db, account: string): Promise<void> {
  const { region } = db
  if (!region) return
  const fence = await getFence(db, DEFAULT_ACCOUNT, region.home)
  if (!isOpen(db, fence)) throw new Fenced(fence, region.own)
  if (fence.epoch === 0 || (await getFence(db, account, region.home)).epoch > 0) return
  await putFence(db, account, fence)
  region.heard(account, fence)
}
