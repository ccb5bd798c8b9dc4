import { FATES, type FateName, type StoreCall } from './fates.ts'
import type { Decide, WaitingCall } from './simulation.ts'

/** What happens to one call of whoever is called `who`, counted from 0; all else goes on calmly. */
export interface Plan {
  at: number
  fate: FateName
  /** Whether it happens to each attempt at that call. */
  isAlways?: boolean
  /** Whether the process is killed then: with this call's answer, or at its next call, which is not made. */
  kills?: 'now' | 'next'
}

/** Decides by a plan. */
export function decideBy(plan: Plan, who: string): Decide {
  let seen = -1
  let struck: StoreCall | undefined
  return ([call]) => {
    if (!call) return 'time'
    if (call.caller.name !== who) return { call, fate: 'done' }
    seen += 1
    const isMeant = seen === plan.at || (plan.isAlways === true && struck !== undefined && isSame(struck, call))
    if (isMeant && FATES[plan.fate].befalls(call)) {
      struck = call
      return { call, fate: plan.fate, kills: plan.kills === 'now' }
    }
    const isNext = plan.kills === 'next' && seen === plan.at + 1
    return { call, fate: isNext ? 'lost' : 'done', kills: isNext }
  }
}

/** Another attempt at the same call. */
const isSame = (one: StoreCall, other: StoreCall): boolean =>
  one.operation === other.operation && JSON.stringify(one.input) === JSON.stringify(other.input)

/** Holds the call of `who` with this number until `isOver`, and lets everything else go on; then it is let through. */
export function holding(at: number, who: string, isOver: () => boolean): Decide {
  const numbers: number[] = []
  const place = (call: WaitingCall) => {
    if (!numbers.includes(call.number)) numbers.push(call.number)
    return numbers.indexOf(call.number)
  }
  return (calls, canPass) => {
    const isHeld = (call: WaitingCall) => call.caller.name === who && place(call) === at && !isOver()
    const call = calls.find((one) => !isHeld(one))
    if (call) return { call, fate: 'done' }
    const [held] = calls
    // Whoever else is there only waits for time: it passes for the held one too.
    return canPass || !held ? 'time' : { call: held, fate: 'done' }
  }
}
