import { expect, test } from 'vitest'
import { AuthorizerCache } from '../../../../local/gateway/authorizer-cache.ts'

test('an answer is kept for its time to live, to the millisecond', () => {
  let now = 1_000_000
  const cache = new AuthorizerCache<string>(() => now)
  cache.put('a', ['token', '10.0.0.1'], 'allowed', 60)
  now += 59_999
  expect(cache.get('a', ['token', '10.0.0.1'])).toBe('allowed')
  now += 1
  expect(cache.get('a', ['token', '10.0.0.1'])).toBeUndefined()
})

test('values that read the same when joined are different callers', () => {
  const cache = new AuthorizerCache<string>(() => 0)
  cache.put('a', ['x', 'y,z'], 'allowed', 60)
  expect([cache.get('a', ['x,y', 'z']), cache.get('a', ['x', 'y', 'z']), cache.get('b', ['x', 'y,z'])]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('a time to live of 0 keeps nothing, and flush() forgets everything', () => {
  const cache = new AuthorizerCache<string>(() => 0)
  cache.put('a', ['x'], 'allowed', 0)
  cache.put('a', ['y'], 'allowed', 60)
  expect([cache.get('a', ['x']), cache.get('a', ['y'])]).toEqual([undefined, 'allowed'])
  cache.flush()
  expect(cache.get('a', ['y'])).toBeUndefined()
})

test('a full cache forgets the oldest answer for a new caller, and none for one that it knows', () => {
  const cache = new AuthorizerCache<number>(() => 0)
  for (let n = 0; n < 10_000; n++) cache.put('a', [String(n)], n, 60)
  cache.put('a', ['5'], -5, 60)
  expect([cache.get('a', ['0']), cache.get('a', ['5'])]).toEqual([0, -5])
  cache.put('a', ['new'], 1, 60)
  expect([cache.get('a', ['0']), cache.get('a', ['1']), cache.get('a', ['new'])]).toEqual([undefined, 1, 1])
})
