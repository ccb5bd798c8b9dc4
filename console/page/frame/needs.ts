import { useEffect, useReducer } from 'preact/hooks'

const counts = new Map<string, number>()
const listeners = new Set<() => void>()

/** How much of a place needs an administrator. */
export const needs = (path: string): number => counts.get(path) ?? 0

/** Whoever learns how much of a place needs an administrator says it here; the rail shows it. */
export function setNeeds(path: string, count: number): void {
  counts.set(path, count)
  for (const listener of listeners) listener()
}

/** Draws again when it changes. */
export function useNeeds(): void {
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0)
  useEffect(() => {
    const listener = () => redraw()
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }, [])
}
