import { useEffect, useState } from 'preact/hooks'
import { ask } from '../data/api.ts'
import type { Share } from './state.ts'

interface Counts {
  buckets: readonly { changed: number; read: number; refused: number; failed: number }[]
}

/** What each of these integrations asked in a day, and how much of it was refused; as far as it is counted. */
export function useShares(names: readonly string[]): ReadonlyMap<string, Share> {
  const [shares, setShares] = useState<ReadonlyMap<string, Share>>(new Map())
  useEffect(() => {
    const stop = new AbortController()
    const learn = async (integration: string) => {
      const query = { integration, last: '24h', type: 'SCIM', step: '1h', purpose: 'console' }
      const share = shareOf(await ask<Counts>({ path: ['events', 'counts'], query, signal: stop.signal }))
      setShares((before) => new Map(before).set(integration, share))
    }
    // A share that cannot be counted stays unknown: the page says so in its place.
    for (const name of names) learn(name).catch(() => undefined)
    return () => stop.abort()
  }, [names.join()])
  return shares
}

function shareOf({ buckets }: Counts): Share {
  const refused = buckets.reduce((sum, bucket) => sum + bucket.refused + bucket.failed, 0)
  return { requests: buckets.reduce((sum, { changed, read }) => sum + changed + read, refused), refused }
}
