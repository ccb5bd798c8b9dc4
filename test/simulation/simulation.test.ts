import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { newUser, patchOf } from '../factories/scim-event.ts'
import type { Told } from './client.ts'
import { type Deviation, shrink } from './deviations.ts'
import { isExplained } from './histories.ts'
import type { ObjectState } from './object-model.ts'

/** As anybody plays it by hand, one part in this one process. */
async function play(...args: string[]): Promise<string> {
  const command = ['test/simulation/main.ts', ...args, '--part=0/1']
  return (await promisify(execFile)(process.execPath, command)).stdout
}

describe('a slice of the campaign', () => {
  test('goes by its seed to the byte, and nothing is wrong', async () => {
    const said = await play('chaos', '--writes', '30', '--seed', '7')
    expect(said).toMatch(/^part 0: \d+ runs, \d{2} changes acknowledged, \d+ steps, .* nothing wrong\n$/)
    expect(await play('chaos', '--writes', '30', '--seed', '7')).toBe(said)
  })

  test('every so many-th scene of the sweep', async () => {
    expect(await play('sweep', '--every', '701', '--pauses')).toMatch(/^part 0: [1-9]\d* scenes, 0 wrong\n$/)
  })

  test('is refused with its usage where the command line says something else', async () => {
    await expect(play('sweep', '--every', 'x')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Usage'),
    })
  })
})

describe('histories', () => {
  const path = '/Users/1'
  const before: ObjectState = { name: 'ann', active: true }
  const told = (at: [begun: number, ended: number], method: string, body: unknown, status?: number, shown?: object) => {
    const heard = status === undefined ? undefined : { status, headers: {}, body: shown && { meta: {}, ...shown } }
    return { asked: { method, path, body }, requestId: at.join(), heard, begun: at[0], ended: at[1] } as Told
  }
  const title = (value: string) => patchOf({ op: 'replace', path: 'title', value })
  const reads = (at: [number, number], more: object = {}) =>
    told(at, 'GET', undefined, 200, { ...newUser('ann'), ...more })
  const holds = (...all: Told[]) => isExplained(all, before, new Set())

  test('an acknowledged change that is not there is explained by nothing', () => {
    expect(holds(told([0, 1], 'PATCH', title('x'), 200), reads([2, 3]))).toBe(false)
    expect(holds(told([0, 1], 'PATCH', title('x'), 200), reads([2, 3], { title: 'x' }))).toBe(true)
  })

  test('of changes at once either may be the last, and of others the later one', () => {
    const overlapping = [told([0, 5], 'PATCH', title('x'), 200), told([1, 4], 'PATCH', title('y'), 200)] as const
    expect(holds(...overlapping, reads([6, 7], { title: 'x' }))).toBe(true)
    expect(holds(...overlapping, reads([6, 7], { title: 'y' }))).toBe(true)
    const inTurn = [told([0, 1], 'PATCH', title('x'), 200), told([2, 3], 'PATCH', title('y'), 200)] as const
    expect(holds(...inTurn, reads([6, 7], { title: 'x' }))).toBe(false)
  })

  test('what nobody answered is there or not, and a refusal changes nothing', () => {
    const unanswered = told([0, 1], 'PATCH', title('x'))
    expect(holds(unanswered, reads([2, 3]))).toBe(true)
    expect(holds(unanswered, reads([2, 3], { title: 'x' }))).toBe(true)
    expect(holds(told([0, 1], 'PATCH', title('x'), 400), reads([2, 3], { title: 'x' }))).toBe(false)
  })

  test('who is deleted is not there any more', () => {
    expect(holds(told([0, 1], 'DELETE', undefined, 204), reads([2, 3]))).toBe(false)
    expect(holds(told([0, 1], 'DELETE', undefined, 204), told([2, 3], 'GET', undefined, 404))).toBe(true)
  })
})

test('a failing run is made as small as it goes', async () => {
  const all: Deviation[] = Array.from({ length: 37 }, (_, step) => ({ step, pick: 1, fate: 'done' }))
  const needs = new Set([3, 21])
  const goesWrong = async (some: readonly Deviation[]) =>
    [...needs].every((step) => some.some((deviation) => deviation.step === step))
  expect((await shrink(all, goesWrong)).map(({ step }) => step)).toEqual([3, 21])
})
