import { expect, test } from 'vitest'
import { routeMatcher } from '../../../../local/gateway/route-match.ts'

const paths = [
  '/s/Users',
  '/s/Users/{id}',
  '/s/Users/.search',
  '/s/{endpointId}',
  '/s/{endpointId}/Users',
  '/s/{endpointId}/{proxy+}',
]
const match = routeMatcher(paths.map((path) => ({ path, methods: new Map() })))
const found = (path: string) => {
  const result = match(path)
  return result && [result.route.path, result.params]
}

test.each([
  ['a fixed segment wins over a variable', '/s/Users/.search', ['/s/Users/.search', {}]],
  ['a variable takes one segment', '/s/Users/42', ['/s/Users/{id}', { id: '42' }]],
  ['an encoded slash stays inside its segment', '/s/Users/a%2Fb', ['/s/Users/{id}', { id: 'a%2Fb' }]],
  ['an encoded letter is not that letter', '/s/%55sers', ['/s/{endpointId}', { endpointId: '%55sers' }]],
  ['a variable before a greedy one', '/s/e/Users', ['/s/{endpointId}/Users', { endpointId: 'e' }]],
  ['the greedy one takes the rest', '/s/e/x/y', ['/s/{endpointId}/{proxy+}', { endpointId: 'e', proxy: 'x/y' }]],
  ['a dead end is left again', '/s/Users/1/2', ['/s/{endpointId}/{proxy+}', { endpointId: 'Users', proxy: '1/2' }]],
  ['a slash at the end changes nothing', '/s/Users/', ['/s/Users', {}]],
  ['letters count as they are', '/S/Users', undefined],
  ['an empty segment is no value', '/s//Users', undefined],
  ['unknown paths have no route', '/', undefined],
])('%s', (_name, path, expected) => {
  expect(found(path)).toEqual(expected)
})
