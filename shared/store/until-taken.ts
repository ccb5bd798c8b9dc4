import type { Db } from './client.ts'
import { jitter } from './jitter.ts'
import { isThrottled } from './throttling.ts'

/** Runs again what is throttled, after a random pause, until it succeeds or `until` (epoch ms by the table's clock) has passed. */
export async function untilTaken<T>(db: Db, until: number, run: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (!isThrottled(error) || db.clock() >= until) throw error
      await jitter(attempt)
    }
  }
}
