import { expect, test } from 'vitest'
import { maskChanges, maskParameters, maskPath, maskSecrets } from '../../../shared/audit/secrets.ts'
import { newToken } from '../../../shared/auth/token.ts'

const { token, tokenId } = newToken()
const secret = token.slice(32, 75)
const masked = `rolecall_${tokenId}_(masked)`

const toHex = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`

test.each([
  ['a whole token', `scim/v2/Users/${token}/x`, `scim/v2/Users/${masked}/x`],
  ['the beginning of one', `no id "${token.slice(0, 70)}..."`, `no id "${masked}..."`],
  ['one of another case', token.toUpperCase(), `ROLECALL_${tokenId.toUpperCase()}_(masked)`],
  ['one that is percent-encoded', `Users/${token.replaceAll('_', '%5F')}`, `Users/${masked}`],
  ['one beside a stray percent sign', `a ${token.replaceAll('_', '%5F')} 100%`, `a ${masked} 100%`],
  ['one that is encoded twice', `x=${token.replaceAll('_', '%255F')}%25`, `x=${masked}%`],
  ['one whose every letter is encoded', `${[...token].map(toHex).join('')}%`, `${masked}%`],
  ['one in the escapes of JSON', `"${token.replaceAll('_', '\\u005f')}"`, `"${masked}"`],
  [
    'a comparison beside a stray percent sign',
    `${encodeURIComponent('password eq "hunter2"')}%`,
    'password eq (masked)%',
  ],
  ['what is encoded without end', `%${'25'.repeat(40)}5F`, '(masked)'],
  ['two', `${token} ${token}`, `${masked} ${masked}`],
  ['one that a parameter gives', `access_token=${token}`, 'access_token=(masked)'],
  ['a comparison, percent-encoded', 'Users?filter=password%20eq%20%22hunter2%22', 'Users?filter=password eq (masked)'],
])('of %s nothing is left but the id', (_name, text, expected) => {
  expect(maskSecrets(text)).toBe(expected)
  expect(maskSecrets(expected)).toBe(expected)
  expect(maskSecrets(text).toLowerCase()).not.toContain(secret.slice(0, 20).toLowerCase())
})

test.each(['scim/v2/Users/2819c223', 'filter=userName eq "100%"', 'rolecall_short', '%E0%A4%A'])('%s stays', (text) => {
  expect(maskSecrets(text)).toBe(text)
})

test('secret parameters are hidden, and filters that name what is secret', () => {
  const query = { password: 'hunter2', filter: 'password hunter2', attributes: 'password', count: '5', limit: 3 }
  expect(maskParameters(query)).toEqual({
    ...{ password: '(masked)', filter: '(masked)', attributes: 'password', count: '5', limit: 3 },
  })
})

test('secret parameters are hidden at any depth', () => {
  const payload = {
    a: { password: ['hunter2'] },
    b: [{ secret: { v: 'hunter2' }, filter: 'password hunter2' }],
    c: null,
  }
  expect(maskParameters(payload)).toEqual({
    a: { password: '(masked)' },
    b: [{ secret: '(masked)', filter: '(masked)' }],
    c: null,
  })
})

test('a path is shown without the secrets of its query', () => {
  expect(maskPath(`/Users/${token}?filter=password hunter2`)).toBe(`/Users/${masked}?(masked)`)
  expect(maskPath('/Users/42?attributes=title')).toBe('/Users/42?attributes=title')
})

test('changes without tokens are left as they are', () => {
  const changes = [{ attribute: 'title', after: 'Boss' }]
  expect(maskChanges(changes)).toBe(changes)
  expect(maskChanges([{ attribute: 'title', after: [token] }])).toEqual([{ attribute: 'title', after: [masked] }])
})
