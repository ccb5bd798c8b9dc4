import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { roundKey } from '../../shared/store/keys.ts'
import type { Site } from './sites.ts'

const ANSWER_MS = 5_000

/** Whether a region's table answers within five seconds. A refusal for want of rights is thrown: it says nothing of the region. */
export async function isReachable({ db }: Site): Promise<boolean> {
  const get = new GetCommand({ TableName: db.tableName, Key: roundKey('failover') })
  try {
    await db.client.send(get, { abortSignal: AbortSignal.timeout(ANSWER_MS) })
    return true
  } catch (error) {
    if (error instanceof Error && /AccessDenied|UnrecognizedClient|ExpiredToken|ResourceNotFound/.test(error.name))
      throw error
    return false
  }
}

/** Those of some regions whose tables answer. */
export async function reachableOf(sites: readonly Site[]): Promise<Site[]> {
  const answers = await Promise.all(sites.map(isReachable))
  return sites.filter((_, i) => answers[i])
}
