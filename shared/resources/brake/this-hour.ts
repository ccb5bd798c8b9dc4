import { endOfHour, limitOf } from '../../auth/brake.ts'
import { getCounted } from '../../store/brake/hour.ts'
import { sumOf } from '../../store/brake/shards.ts'
import type { Db } from '../../store/client.ts'
import type { Integration } from '../../store/integrations.ts'
import type { BrakeHourView } from '../views/integration.ts'

/**
 * What is left of an integration's brake in the hour of an instant; undefined where it counts nothing at all. The limit is
 * by what its role owned when the hour came to the absolute one and, before that, by what it owns now. B1.
 */
export async function loadBrakeHour(
  db: Db,
  { account, name, brake }: Integration,
  owned: number | Promise<number>,
  at: Date,
): Promise<BrakeHourView | undefined> {
  if (brake.mode === 'off') return undefined
  const [counted, ownedNow] = await Promise.all([getCounted(db, { account, integration: name, at }), owned])
  const limit = limitOf(brake, counted.owned ?? ownedNow)
  const used = sumOf(counted.counts)
  return { limit, used, left: Math.max(0, limit - used), until: new Date(endOfHour(at)).toISOString() }
}
