import { useEffect, useReducer } from 'preact/hooks'
import type { Facts, Names } from '../../../shared/audit/sentences/facts.ts'
import { membersOf } from '../../../shared/audit/sentences/members.ts'
import { knownBeside } from '../data/known.ts'

/** Names of the members that a change lists, asked for when it is opened. */
export function useMemberNames(facts: Facts): Names {
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0)
  useEffect(() => {
    let isWanted = true
    const ids = [membersOf(facts, 'added'), membersOf(facts, 'removed')].flatMap((members) => members.ids)
    void knownBeside()
      .learnUsers(ids)
      .then((learned) => learned && isWanted && redraw())
    return () => {
      isWanted = false
    }
  }, [facts.row.EVENT_ID])
  return knownBeside().names
}
