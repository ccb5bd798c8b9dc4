import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { SessionAnswer } from '../../api.ts'
import { Problem } from '../parts/problem.tsx'
import { type ApiError, ask, setCsrf } from './api.ts'

const SessionContext = createContext<SessionAnswer | undefined>(undefined)

/** Who looks, at what, and whether they may change anything; undefined until it is known. */
export const useSession = (): SessionAnswer | undefined => useContext(SessionContext)

/** Whether to show what changes something. */
export const useMayWrite = (): boolean => useSession()?.mayWrite ?? false

/** Asks for the session once. The frame is shown at once; without a session, what to do stands in its place. */
export function WithSession({ children }: { children: ComponentChildren }) {
  const [session, setSession] = useState<SessionAnswer>()
  const [error, setError] = useState<ApiError>()
  const load = () => {
    setError(undefined)
    ask<SessionAnswer>({ path: ['session'] }).then((answer) => {
      setCsrf(answer.csrf)
      setSession(answer)
    }, setError)
  }
  useEffect(load, [])
  if (error) {
    return (
      <main class="alone">
        <h1>Rolecall</h1>
        <Problem title="The console could not start" error={error} again={load} />
      </main>
    )
  }
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>
}
