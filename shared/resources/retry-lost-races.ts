import { ScimError } from '../scim/error.ts'
import { ConditionsFailed, jitter } from '../store/transaction.ts'

const MAX_ATTEMPTS = 8

/**
 * Reads and changes again when somebody else changed the same objects between the two.
 * @throws {ScimError} 429 when that keeps happening.
 */
export async function retryLostRaces<T>(readAndChange: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      return await readAndChange()
    } catch (error) {
      if (!(error instanceof ConditionsFailed)) throw error
      await jitter(attempt)
    }
  }
  const detail = 'Others keep changing the same integration: retry in a few seconds'
  throw new ScimError(429, undefined, detail, { headers: { 'retry-after': '2' } })
}
