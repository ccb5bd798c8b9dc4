import { useEffect, useMemo, useReducer } from 'preact/hooks'
import { accountNow } from '../router/address.ts'
import { type ListQuestion, PagedList } from './paged-list.ts'

/** Lists that one may come back to, the latest last. */
const kept = new Map<string, unknown>()
const MAX_KEPT = 4
/** Older ones are asked for anew. */
const MAX_AGE_MS = 60_000

function listOf<Item, Row>(key: string, question: ListQuestion<Item, Row>): PagedList<Item, Row> {
  // What stands under a key was made of the same question.
  const found = kept.get(key) as PagedList<Item, Row> | undefined
  const isFresh = found !== undefined && Date.now() - (found.age ?? Date.now()) < MAX_AGE_MS
  const list = isFresh ? found : new PagedList(question)
  kept.delete(key)
  kept.set(key, list)
  for (const old of [...kept.keys()].slice(0, -MAX_KEPT)) kept.delete(old)
  return list
}

/** The list of a question, drawn again when it changes; another `turn` asks for all of it again. */
export function usePagedList<Item, Row>(question: ListQuestion<Item, Row>, turn = 0): PagedList<Item, Row> {
  const { path, query } = question
  const key = JSON.stringify([accountNow(), path, query, turn])
  const list = useMemo(() => listOf(key, question), [key])
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0)
  useEffect(() => {
    const leave = list.subscribe(() => redraw())
    if (list.age === undefined) void list.more()
    return () => {
      leave()
    }
  }, [list])
  return list
}
