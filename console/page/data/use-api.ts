import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, ask, type Query } from './api.ts'

/** What a page knows of an answer. */
export interface Answer<Data> {
  /** The last answer there was: also while a newer one is asked for, and after an error. */
  data: Data | undefined
  error: ApiError | undefined
  /** When `data` came, in milliseconds since 1970. */
  age: number | undefined
  isLoading: boolean
  /** Asks again. */
  again: () => void
}

/**
 * Asks a route, and again when path or query change; an answer that is no longer wanted is aborted. Without a path
 * nothing is asked.
 */
export function useApi<Data>(path: readonly string[] | undefined, query: Query = {}): Answer<Data> {
  const key = path && JSON.stringify([path, query])
  const [state, setState] = useState<Omit<Answer<Data>, 'again'>>({
    ...{ data: undefined, error: undefined, age: undefined },
    isLoading: key !== undefined,
  })
  const [turn, setTurn] = useState(0)
  const asked = useRef({ path, query })
  asked.current = { path, query }
  useEffect(() => {
    const { path, query } = asked.current
    if (path === undefined) return
    const stop = new AbortController()
    setState((before) => ({ ...before, isLoading: true }))
    ask<Data>({ path, query, signal: stop.signal }).then(
      (data) => setState({ data, error: undefined, age: Date.now(), isLoading: false }),
      (error) => {
        if (!stop.signal.aborted) setState((before) => ({ ...before, error, isLoading: false }))
      },
    )
    return () => stop.abort()
  }, [key, turn])
  const again = useCallback(() => setTurn((before) => before + 1), [])
  return { ...state, again }
}
