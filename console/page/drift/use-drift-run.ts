import { useEffect, useReducer } from 'preact/hooks'
import { accountNow } from '../router/address.ts'
import { DriftRun } from './run.ts'

const runs = new Map<string | undefined, DriftRun>()

/** The comparison of the account that is shown, drawn again as it comes along. */
export function useDriftRun(): DriftRun {
  const account = accountNow()
  const run = runs.get(account) ?? new DriftRun()
  runs.set(account, run)
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0)
  useEffect(() => {
    const leave = run.subscribe(() => redraw())
    return () => {
      leave()
    }
  }, [run])
  return run
}
