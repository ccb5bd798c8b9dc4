import { expect } from 'vitest'
import { scanAll } from '../../factories/scan.ts'
import type { TestSystem } from '../../factories/system.ts'
import type { Answer } from '../client.ts'
import { type Refusal, refusalOf } from '../objects.ts'

/** The longest any bad input may keep us busy, in milliseconds of processor time: waiting for others does not count. */
const MAX_BUSY_MS = 1000
/** What reads and refusals write: their own events, page marks and counts of refused tokens. */
const OWN_TRACES = /#(?:EVENT|PAGE)#/

/** Everything stored but traces of requests, in an order of its own. */
export async function stateOf({ db }: TestSystem): Promise<unknown[]> {
  const items = await scanAll(db)
  return items.filter(({ pk }) => !OWN_TRACES.test(String(pk))).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

const keyOf = ({ pk, sk }: Record<string, unknown>) => `${pk} ${sk}`

/** Sends what must be refused: with a whole SCIM error, within a second, leaving everything as it was. */
export async function refused(system: TestSystem, send: () => Promise<Answer>): Promise<Refusal> {
  const [refusal] = await allRefused(system, [send])
  return refusal as Refusal
}

/** The same for several, one after the other. */
export async function allRefused(system: TestSystem, sends: readonly (() => Promise<Answer>)[]): Promise<Refusal[]> {
  const before = await stateOf(system)
  const refusals: Refusal[] = []
  for (const send of sends) {
    refusals.push(refusalOf(await quickly(send)))
  }
  expect(await stateOf(system)).toEqual(before)
  return refusals
}

/** Sends what may be hard to answer; gateway and functions run in this process, so that its time is theirs. */
export async function quickly(send: () => Promise<Answer>): Promise<Answer> {
  const before = process.cpuUsage()
  const answer = await send()
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(MAX_BUSY_MS)
  return answer
}
