import { useEffect, useMemo, useReducer } from 'preact/hooks'
import { accountNow } from '../router/address.ts'
import { EventFeed } from './feed.ts'

/** Feeds that one may come back to, the latest last. */
const kept = new Map<string, EventFeed>()
const MAX_KEPT = 4
/** Older ones are asked for anew. */
const MAX_AGE_MS = 300_000

function feedOf(key: string, question: Readonly<Record<string, string>>): EventFeed {
  const found = kept.get(key)
  const isFresh = found !== undefined && Date.now() - (found.age ?? Date.now()) < MAX_AGE_MS
  const feed = isFresh ? found : new EventFeed(question)
  kept.delete(key)
  kept.set(key, feed)
  for (const old of [...kept.keys()].slice(0, -MAX_KEPT)) kept.delete(old)
  return feed
}

/** The feed of a question, drawn again when it changes; one that was shown lately is there at once. */
export function useFeed(question: Readonly<Record<string, string>>, turn = 0): EventFeed {
  const key = JSON.stringify([accountNow(), question, turn])
  const feed = useMemo(() => feedOf(key, question), [key])
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0)
  useEffect(() => {
    const leave = feed.subscribe(() => redraw())
    if (feed.age === undefined) void feed.more()
    return () => {
      leave()
    }
  }, [feed])
  return feed
}
