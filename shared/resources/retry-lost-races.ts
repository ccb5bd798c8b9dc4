import { ScimError } from '../scim/error.ts'
import { jitter } from '../store/jitter.ts'
import { ConditionsFailed } from '../store/transaction.ts'

const MAX_ATTEMPTS = 20

/**
 * Reads and changes again, after a random pause, when somebody else changed the same objects between the two.
 * `isLost` tells such a failure from others; `what` names the objects in the refusal.
 * @throws {ScimError} 429 when twenty attempts lost.
 */
export async function retryLostRaces<T>(
  loadAndChange: (attempt: number) => Promise<T>,
  isLost: (error: unknown) => boolean = (error) => error instanceof ConditionsFailed,
  what = 'integration',
): Promise<T> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      return await loadAndChange(attempt)
    } catch (error) {
      if (!isLost(error)) throw error
      await jitter(attempt)
    }
  }
  const detail = `Others keep changing the same ${what}; retry after the seconds named in Retry-After`
  throw new ScimError(429, undefined, detail, { headers: { 'retry-after': '2' } })
}
