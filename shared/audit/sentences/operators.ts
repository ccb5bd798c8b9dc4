import { OPERATOR_METHODS } from '../event-kind.ts'
import { actorOf } from './actor.ts'
import type { Facts } from './facts.ts'
import { say, type Words } from './parts.ts'

/** What an operator did past the service: `operator: Moved from eu-central-1 to eu-west-1 as planned, epoch 2`. Undefined for requests. */
export function operatorAct(facts: Facts): Words | undefined {
  const { row, detail } = facts
  if (detail === '' || !OPERATOR_METHODS.some((method) => method === row.METHOD)) return undefined
  return say`${actorOf(facts)}: ${{ is: 'reason', text: detail }}`
}
