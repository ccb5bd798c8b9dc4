import { expect } from 'vitest'
import { scanAll } from '../../factories/scan.ts'
import type { TestSystem } from '../../factories/system.ts'
import type { Answer } from '../client.ts'
import { type Refusal, refusalOf } from '../objects.ts'

/**
 * What reads and refusals write: their own events, page marks, uses of tokens and counts of refused ones; what the watch
 * notices; and the heads of queues, which the worker moves meanwhile: a change that left one would show in its group or
 * its intents.
 */
const OWN_TRACES = /#(?:EVENT|PAGE)#|#(?:PENDING|USE|NOTICE)$/

/** Everything stored but traces of requests, in an order of its own. */
export async function stateOf({ db }: TestSystem): Promise<unknown[]> {
  const items = await scanAll(db)
  return items.filter(({ pk }) => !OWN_TRACES.test(String(pk))).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

const keyOf = ({ pk, sk }: Record<string, unknown>) => `${pk} ${sk}`

/** Sends what must be refused: with a whole SCIM error, leaving everything as it was. */
export async function refused(system: TestSystem, send: () => Promise<Answer>): Promise<Refusal> {
  const [refusal] = await allRefused(system, [send])
  return refusal as Refusal
}

/** The same for several, one after the other. */
export async function allRefused(system: TestSystem, sends: readonly (() => Promise<Answer>)[]): Promise<Refusal[]> {
  const before = await stateOf(system)
  const refusals: Refusal[] = []
  for (const send of sends) {
    refusals.push(refusalOf(await send()))
  }
  expect(await stateOf(system)).toEqual(before)
  return refusals
}
