import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Item } from '../../../../local/engine/wire.ts'
import { watchFence } from '../../../../local/regions/fence-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Two regions whose fences a test puts; `seen` is each primary region that was told. */
async function play() {
  const fences: Record<string, Item | undefined> = {}
  const lost = new Set<string>()
  const asked = new Set<string>()
  const replica = (region: string) => ({
    region,
    async get(key: string) {
      asked.add(`${region} ${key}`)
      return fences[region]
    },
    set: async () => {},
  })
  const moved: string[] = []
  const watch = await watchFence({
    home: 'a',
    replicas: [replica('a'), replica('b')],
    replicator: { isLost: (region) => lost.has(region) },
    moved: (primary) => moved.push(primary),
  })
  /** Puts a fence, and what is known a look later. */
  const put = async (region: string, epoch: number, primary?: string) => {
    fences[region] = { epoch: { N: String(epoch) }, ...(primary && { primary: { S: primary } }) }
    await vi.advanceTimersByTimeAsync(250)
    return watch.primary()
  }
  return { watch, moved, lost, asked, put }
}

test('the address leads home without a fence, then to the region that the newest fence names', async () => {
  const { watch, moved, asked, put } = await play()
  expect(watch.primary()).toBe('a')
  expect([...asked]).toEqual(['a ["A#default#REVOKED","FENCE"]', 'b ["A#default#REVOKED","FENCE"]'])
  expect(await put('a', 1)).toBe('a')
  expect(await put('b', 2, 'b')).toBe('b')
  expect(await put('a', 2, 'b')).toBe('b')
  expect(await put('a', 3)).toBe('b')
  expect(await put('a', 4, 'a')).toBe('a')
  expect(await put('a', 5, 'mars')).toBe('a')
  expect(moved).toEqual(['b', 'a'])
  await watch.stop()
})

test('a lost region is asked nothing: what it says of itself reaches nobody', async () => {
  const { watch, lost, put } = await play()
  lost.add('b')
  expect(await put('b', 2, 'b')).toBe('a')
  lost.delete('b')
  expect(await put('a', 1, 'a')).toBe('b')
  await watch.stop()
})
