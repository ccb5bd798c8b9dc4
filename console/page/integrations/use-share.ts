import { useApi } from '../data/use-api.ts'
import type { Share } from './state.ts'

interface Counts {
  buckets: readonly { changed: number; read: number; refused: number; failed: number }[]
}

/** What an integration asked in a day, and how much of it was refused; undefined until it is counted. */
export function useShare(name: string): Share | undefined {
  const query = { integration: name, last: '24h', type: 'SCIM', step: '1h', purpose: 'console' }
  const { data } = useApi<Counts>(['events', 'counts'], query)
  return data && shareOf(data)
}

function shareOf({ buckets }: Counts): Share {
  const refused = buckets.reduce((sum, bucket) => sum + bucket.refused + bucket.failed, 0)
  return { requests: buckets.reduce((sum, { changed, read }) => sum + changed + read, refused), refused }
}
