import { expect, test } from 'vitest'
import { Turns } from '../../../../local/regions/turns.ts'

/** Acts that note when they begin, and end when they are told. */
function play() {
  const turns = new Turns()
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const act = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push(name)
      ends.set(name, () => resolve(name))
    })
  /** Everything that can go on has gone on. */
  const calm = () => new Promise((resolve) => setImmediate(resolve))
  const end = async (name: string) => {
    ends.get(name)?.()
    await calm()
  }
  return {
    begun,
    calm,
    end,
    shared: (name: string, ...keys: string[]) => turns.shared(keys, act(name)),
    alone: (name: string, key: string) => turns.alone(key, act(name)),
  }
}

test('those that share go together; who wants it alone waits for all of them, and who comes later for him', async () => {
  const { begun, calm, end, shared, alone } = play()
  const all = [shared('a', 'k'), shared('b', 'k'), alone('delivery', 'k'), shared('c', 'k'), shared('d', 'other')]
  await calm()
  expect(begun).toEqual(['a', 'b', 'd'])
  await end('b')
  expect(begun).toEqual(['a', 'b', 'd'])
  await end('a')
  expect(begun).toEqual(['a', 'b', 'd', 'delivery'])
  await end('delivery')
  expect(begun).toEqual(['a', 'b', 'd', 'delivery', 'c'])
  await end('c')
  await end('d')
  expect(await Promise.all(all)).toEqual(['a', 'b', 'delivery', 'c', 'd'])
})

test('two that take the same keys the other way round never wait for each other', async () => {
  const { begun, calm, end, shared, alone } = play()
  void alone('before', 'x')
  const both = [shared('there', 'x', 'y', 'y'), alone('between', 'y'), shared('back', 'y', 'x')]
  await calm()
  expect(begun).toEqual(['before'])
  for (const name of ['before', 'there', 'between', 'back']) await end(name)
  expect(await Promise.all(both)).toEqual(['there', 'between', 'back'])
})

test('what fails keeps nobody waiting', async () => {
  const { begun, calm, alone } = play()
  const turns = new Turns()
  await expect(turns.alone('k', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await turns.shared(['k'], async () => 'next')).toBe('next')
  void alone('a', 'k')
  await calm()
  expect(begun).toEqual(['a'])
})
