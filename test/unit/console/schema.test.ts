import { describe, expect, test } from 'vitest'
import { matchPath } from '../../../console/page/router/match.ts'
import { oneOf, readQuery, someOf, text, textLike, writeQuery } from '../../../console/page/router/schema.ts'

const SCHEMA = {
  q: text(),
  last: { ...textLike(/^\d+h$/), initial: '24h' },
  show: someOf(['changed', 'read', 'failed']),
  tab: oneOf(['same', 'missing'], 'same'),
}
const ALL = ['changed', 'read', 'failed']
const FIRST = { q: '', last: '24h', show: ALL, tab: 'same' }
const read = (query: string) => readQuery(SCHEMA, new URLSearchParams(query))

describe('readQuery()', () => {
  test('an empty address is everything as at first', () => {
    expect(read('')).toEqual({ values: FIRST, unknown: [] })
  })

  test('reads what is given, in the order of the schema', () => {
    const values = { q: 'a & b', last: '1h', show: ['changed', 'failed'], tab: 'missing' }
    expect(read('q=a+%26+b&last=1h&show=failed,changed&tab=missing')).toEqual({ values, unknown: [] })
  })

  test.each([
    ['last=tomorrow', ['last']],
    ['show=changed,dropped', ['show']],
    ['show=', ['show']],
    ['tab=other', ['tab']],
    ['page=2&page=3', ['page']],
  ])('tells what it cannot read, and goes on as at first: %s', (query, unknown) => {
    expect(read(query)).toEqual({ values: FIRST, unknown })
  })

  test('every address may name an account, and a link that was used', () => {
    expect(read('account=acme&link=x')).toEqual({ values: FIRST, unknown: [] })
  })
})

describe('writeQuery()', () => {
  test('leaves out what is as at first', () => {
    expect(writeQuery(SCHEMA, read('').values).toString()).toBe('')
    expect(writeQuery(SCHEMA, { ...read('').values, show: ['failed'] }).toString()).toBe('show=failed')
  })

  test('what was written is read again', () => {
    const { values } = read('q=%C3%A4%26%3D&last=2h&show=read&tab=missing')
    expect(readQuery(SCHEMA, writeQuery(SCHEMA, values)).values).toEqual(values)
  })
})

describe('matchPath()', () => {
  test.each([
    ['/', '/', {}],
    ['/users/:id', '/users/a%2Fb', { id: 'a/b' }],
    ['/integrations/:name/setup', '/integrations/OKTA/setup', { name: 'OKTA' }],
    ['/users/:id', '/users', undefined],
    ['/users/:id', '/users/', undefined],
    ['/users/:id', '/roles/x', undefined],
    ['/users/:id', '/users/%E0%A4%A', undefined],
  ])('%s and %s', (pattern, path, expected) => {
    expect(matchPath(pattern, path)).toEqual(expected)
  })
})
