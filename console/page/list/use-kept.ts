import { useEffect, useMemo, useReducer, useRef } from 'preact/hooks'
import { accountNow } from '../router/address.ts'
import { usePlace } from '../router/place.ts'
import { Shelf } from './shelf.ts'

/** A list that comes page after page, and says when it changed. */
interface Source {
  readonly age: number | undefined
  subscribe(listener: () => void): () => void
  more(): Promise<void>
}

const shelf = new Shelf<Source>()

/**
 * The list that a question makes, drawn again when it changes. Back and Forward find it as it was left; a link, and
 * another `turn`, asks for all of it again.
 */
export function useKept<Shown extends Source>(question: unknown, make: () => Shown, turn = 0): Shown {
  const { entry } = usePlace()
  const key = JSON.stringify([accountNow(), question])
  const asked = useRef(turn)
  const shown = useMemo(() => {
    if (asked.current !== turn) shelf.clear()
    asked.current = turn
    // What stands under a key was made of the same question.
    return (shelf.find(entry + key, Date.now()) as Shown | undefined) ?? make()
  }, [key, turn])
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0)
  useEffect(() => shelf.keep(entry + key, shown), [entry, shown])
  useEffect(() => {
    const leave = shown.subscribe(() => redraw())
    if (shown.age === undefined) void shown.more()
    return () => {
      leave()
    }
  }, [shown])
  return shown
}
