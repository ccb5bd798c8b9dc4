import { describe, expect, test } from 'vitest'
import { quote, quoteExpression } from '../../../shared/scim/quote.ts'
import { isSecret, maskComparisons, maskExpression } from '../../../shared/scim/secrets.ts'

describe('maskComparisons()', () => {
  test.each([
    ['password eq "hunter2"', 'password eq (masked)'],
    ['PassWord sw "hun\\"ter2" and title pr', 'PassWord sw (masked) and title pr'],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:password co "x"',
      'urn:ietf:params:scim:schemas:core:2.0:User:password co (masked)',
    ],
    ['password eq hunter2', 'password eq (masked)'],
    ["password eq 'hunter two'", 'password eq (masked)'],
    ['password eq "never closed and more', 'password eq (masked)'],
    ['not (password ge "a") or password lt "b"', 'not (password ge (masked)) or password lt (masked)'],
    ['Users?password=hunter2', 'Users?password=(masked)'],
    ['access_token=abc.def', 'access_token=(masked)'],
    ['{"password":"hunter2","limit":1}', '{"password":(masked),"limit":1}'],
    ['Cannot read password 12345: expected a string', 'Cannot read password (masked): expected a string'],
    [
      'Cannot read filter "password eq \\"hunter2\\" and": expected a word',
      'Cannot read filter "password eq (masked) and": expected a word',
    ],
    [
      'Cannot read filter "password eq \\"hunt...": expected a word',
      'Cannot read filter "password eq (masked)": expected a word',
    ],
  ])('%s', (text, masked) => {
    expect(maskComparisons(text)).toBe(masked)
    expect(maskComparisons(masked)).toBe(masked)
  })

  test.each([
    'Cannot filter by password: it is neither compared nor shown; leave it out of the filter',
    'Cannot replace "passwordHash": a User has no such attribute',
    'There is no such endpoint for this token: use the base URL of its own integration',
    'The token has expired: issue a new one',
    'The displayName "Password Admins" is taken in this account',
    'userName eq "password"',
    'attributes=password,userName',
    'tokenId eq "42"',
  ])('leaves %s as it is', (text) => {
    expect(maskComparisons(text)).toBe(text)
  })
})

describe('maskExpression()', () => {
  test.each([
    'password hunter2',
    'password.x "hunter2"',
    '"hunter2" eq password',
    'emails[password eq "x"]',
    'password[value eq "x"]',
    'password "open',
    'password pr',
  ])('hides %s', (text) => {
    expect(maskExpression(text)).toBe('(masked)')
  })

  test.each([
    'password',
    'userName, password',
    'displayName eq "Password Admins"',
    'title eq "a \\" password b"',
    'emails[type eq "work"].value',
  ])('shows %s', (text) => {
    expect(maskExpression(text)).toBe(text)
  })
})

test('a text is masked before it is cut, so that no cut hides what a value belongs to', () => {
  const long = `${'title pr and '.repeat(5)}password eq "hunter2"`
  expect(quote(long)).toBe(`"${'title pr and '.repeat(5)}password eq (ma..."`)
  expect(quoteExpression(`${'title pr and '.repeat(9)}password eq "hunter2"`)).toBe('"(masked)"')
})

test('a secret is known by its name, in any letter case and under any URN', () => {
  expect(
    ['password', 'PASSWORDHASH', 'urn:x:User:password', 'token', 'access_token', 'client_secret'].every(isSecret),
  ).toBe(true)
  expect(['userName', 'tokenId', 'passwords', 'urn:password:x'].some(isSecret)).toBe(false)
})
