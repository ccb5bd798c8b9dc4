import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { CLIENT_KEYS, clientKeyAt, clientKeyOf } from '../../../shared/auth/client-key.ts'

const pool = (deployment: string) => Array.from({ length: CLIENT_KEYS }, (_, place) => clientKeyAt(deployment, place))

test('each deployment has keys of its own, as API Gateway takes them', () => {
  const keys = [...pool('rolecall'), ...pool('rolecall-staging')]
  expect(new Set(keys).size).toBe(2 * CLIENT_KEYS)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{40}$/)
})

test('an integration always has the same key, one of its deployment', () => {
  const endpointId = '0198a7c2-1111-7222-8333-444455556666'
  expect(clientKeyOf('rolecall', endpointId)).toBe(clientKeyOf('rolecall', endpointId))
  expect(pool('rolecall')).toContain(clientKeyOf('rolecall', endpointId))
  expect(pool('blue')).toContain(clientKeyOf('blue', endpointId))
})

test('integrations are spread over all keys', () => {
  const used = new Set(Array.from({ length: 5000 }, () => clientKeyOf('rolecall', randomUUID())))
  expect(used.size).toBe(CLIENT_KEYS)
})
