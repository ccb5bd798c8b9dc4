import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Principal } from '../../../shared/auth/principal.ts'
import { withTable } from '../../factories/engine.ts'
import { type Call, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'

const db = withTable()
let now: Date
let call: Call
let number = 0
let made = 0

/** Metrics are lines of the log. */
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A client of an account of its own whose brake stops, and users that it owns; the clock is set by the test. */
async function given(
  at: string,
  count: number,
  settings: Partial<Principal['brake']>,
  released = '1970-01-01T00:00:00Z',
) {
  now = new Date(at)
  const brake = { mode: 'stop' as const, objects: 1, share: 0, ...settings }
  const caller = principal({ account: `clock${++number}`, brake, brakeReleasedUntil: Date.parse(released) })
  call = scimApi(db, caller, { now: () => now, remainingMs: () => 60_000 })
  return create(count)
}
async function create(count: number): Promise<string[]> {
  const first = made
  made += count
  const names = Array.from({ length: count }, (_, n) => `user-${first + n}`)
  const answers = await Promise.all(names.map((name) => call('POST', '/Users', newUser(name))))
  expect(answers.map(({ status }) => status)).toEqual(new Array(count).fill(201))
  return answers.map(({ body }) => body.id)
}

/** The status of a deactivation at an instant, with Retry-After where it is refused. */
async function deactivate(id: string | undefined, at: string): Promise<string> {
  now = new Date(at)
  const { status, headers } = await call(
    'PATCH',
    `/Users/${id}`,
    patchOf({ op: 'replace', path: 'active', value: false }),
  )
  return [status, headers['retry-after']].filter((part) => part !== undefined).join(' ')
}
const deactivateAll = async (ids: string[], at: string): Promise<string[]> => {
  const answers: string[] = []
  for (const id of ids) answers.push(await deactivate(id, at))
  return answers
}
const repeat = (count: number, answer: string): string[] => new Array(count).fill(answer)

test('whoever is refused is told to come again when the hour ends, up to its last second, and may then', async () => {
  const [first, second, third] = await given('2026-08-31T10:00:00.000Z', 3, {})
  expect(await deactivate(first, '2026-08-31T10:00:00.000Z')).toBe('200')
  for (const [at, seconds] of [
    ['10:00:00.000', 3600],
    ['10:00:00.001', 3600],
    ['10:59:58.999', 2],
    ['10:59:59.000', 1],
    ['10:59:59.999', 1],
  ]) {
    expect(await deactivate(second, `2026-08-31T${at}Z`)).toBe(`429 ${seconds}`)
  }
  expect(await deactivate(second, '2026-08-31T11:00:00.000Z')).toBe('200')
  expect(await deactivate(third, '2026-08-31T11:00:00.001Z')).toBe('429 3600')
})

test('the last hour of a day and of a year ends as every other does', async () => {
  const [first, second] = await given('2026-12-31T23:30:00.000Z', 2, { objects: 1 })
  expect(await deactivate(first, '2026-12-31T23:59:59.998Z')).toBe('200')
  expect(await deactivate(second, '2026-12-31T23:59:59.999Z')).toBe('429 1')
  expect(await deactivate(second, '2027-01-01T00:00:00.000Z')).toBe('200')
})

test('a share is of what the role owned when the hour came to its absolute limit; what is made later counts from the next on', async () => {
  const ids = await given('2026-08-31T10:00:00.000Z', 10, { share: 30 })
  expect(await deactivateAll(ids.slice(0, 4), '2026-08-31T10:10:00.000Z')).toEqual([...repeat(3, '200'), '429 3000'])
  const more = await create(10)
  expect(await deactivateAll(more.slice(0, 1), '2026-08-31T10:20:00.000Z')).toEqual(['429 2400'])
  expect(await deactivateAll(more.slice(0, 7), '2026-08-31T11:00:00.000Z')).toEqual([...repeat(6, '200'), '429 3600'])
})

test('a share of a part of an object is none, and less than the absolute limit is no limit', async () => {
  const ids = await given('2026-08-31T10:00:00.000Z', 9, { objects: 0, share: 10 })
  expect(await deactivate(ids[0], '2026-08-31T10:00:00.000Z')).toBe('429 3600')
  await create(1)
  expect(await deactivateAll(ids.slice(0, 2), '2026-08-31T11:00:00.000Z')).toEqual(['200', '429 3600'])
})

test('a release ends by itself at its instant; what was done in it is not counted then', async () => {
  const ids = await given('2026-08-31T10:00:00.000Z', 6, {}, '2026-08-31T10:30:00.000Z')
  expect(await deactivateAll(ids.slice(0, 4), '2026-08-31T10:29:59.999Z')).toEqual(repeat(4, '200'))
  expect(await deactivateAll(ids.slice(4), '2026-08-31T10:30:00.000Z')).toEqual(['200', '429 1800'])
})
