import { useEffect, useReducer } from 'preact/hooks'
import type { Health } from '../../../shared/watch/health/finding.ts'
import { ask } from '../data/api.ts'
import { FRAME, knownBeside } from '../data/known.ts'
import { countNeedy } from '../integrations/state.ts'
import { accountNow } from '../router/address.ts'

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

/** How long after the rest of the page its health is asked for, which reads more. */
const HEALTH_MS = 2000

/** Learns of an account, once it is shown, how much of its integrations and its health needs an administrator. */
export function useFirstNeeds(isThere: boolean): void {
  const account = accountNow()
  useEffect(() => {
    counts.clear()
    if (!isThere) return
    const known = knownBeside()
    void Promise.all([known.integrations(), known.tokens()]).then(([integrations, tokens]) => {
      if (account === accountNow()) setNeeds('/integrations', countNeedy(integrations, tokens, Date.now()))
    })
    const timer = setTimeout(() => {
      if (counts.has('/health')) return
      ask<Health>({ path: ['admin', 'health'], query: FRAME }).then(
        ({ findings }) => account === accountNow() && setNeeds('/health', findings.length),
        () => undefined,
      )
    }, HEALTH_MS)
    return () => clearTimeout(timer)
  }, [account, isThere])
}
