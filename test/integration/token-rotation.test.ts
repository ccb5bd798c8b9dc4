import { beforeEach, describe, expect, test } from 'vitest'
import { parseToken } from '../../shared/auth/token.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration, describeIntegration } from '../../shared/resources/integrations.ts'
import { rotateToken } from '../../shared/resources/token-rotation.ts'
import {
  issueToken,
  listAllTokens,
  listTokens,
  renameToken,
  revokeToken,
  revokeTokens,
} from '../../shared/resources/tokens.ts'
import { adminContext } from '../factories/admin.ts'
import { withTable } from '../factories/engine.ts'
import { scanEvents } from '../factories/scan.ts'

const NOW = new Date('2026-08-31T10:00:00.000Z')
const ACTOR = 'arn:aws:iam::000000000000:user/test'
const db = withTable()
let count = 0
let account: string
const admin = (now = NOW) => adminContext(db, { account, now })
const issue = (more: object = {}, now = NOW) => issueToken(admin(now), { integration: 'OKTA', ...more })
const at = (text: string) => new Date(text)

/** Each test has an account of its own. */
beforeEach(async () => {
  account = `r${count++}`
  await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
})

describe('issueToken() for less than six months', () => {
  test.each([
    ['a span', { life: '30d' }, '2026-09-30T10:00:00.000Z'],
    ['an instant', { expiresAt: '2026-12-24T18:00:00+01:00' }, '2026-12-24T17:00:00.000Z'],
    ['six months, to the millisecond', { expiresAt: '2027-02-28T10:00:00.000Z' }, '2027-02-28T10:00:00.000Z'],
  ])('takes %s', async (_name, life, expiresAt) => {
    const { tokenId } = await issue(life)
    expect(await listTokens(admin(), 'OKTA')).toMatchObject([{ tokenId, expiresAt }])
  })

  test.each([
    [
      'longer',
      { life: '182d' },
      'Cannot make a token for so long: six months are the most, until 2027-02-28T10:00:00.000Z',
    ],
    [
      ...['longer by a millisecond', { expiresAt: '2027-02-28T10:00:00.001Z' }],
      'Cannot make a token for so long: six months are the most, until 2027-02-28T10:00:00.000Z',
    ],
    ['past', { expiresAt: NOW.toISOString() }, 'Cannot make a token that has ended already: expiresAt is past'],
    ['no span', { life: 'long' }, 'Cannot read life "long": expected a number and s, m, h or d, such as 5m'],
    [
      ...['said twice', { life: '1d', expiresAt: '2026-12-24T18:00:00Z' }],
      'Cannot use "life" and "expiresAt" together: say once how long the token works',
    ],
    ['unknown', { days: 30 }, 'Cannot read the input: there is no setting "days"'],
  ] as [string, object, string][])('refuses what is %s', async (_name, life, message) => {
    await expect(issue(life)).rejects.toMatchObject({ status: 400, scimType: 'invalidValue', message })
    expect(await listTokens(admin(), 'OKTA')).toEqual([])
  })
})

describe('renameToken()', () => {
  test('changes the name, with an event that says both', async () => {
    const { tokenId } = await issue({ name: 'old' })
    expect(await renameToken(admin(), tokenId, { name: 'new' })).toMatchObject({ tokenId, name: 'new', status: 'live' })
    expect(await listTokens(admin(), 'OKTA')).toMatchObject([{ tokenId, name: 'new' }])
    const events = (await scanEvents(db)).filter(({ resourceId, status }) => resourceId === tokenId && status === 200)
    expect(events).toMatchObject([
      { resourceName: 'new', resourceDomain: 'TOKEN', changes: [{ attribute: 'name', before: 'old', after: 'new' }] },
    ])
  })

  test('leaves a name that it has already, without an event', async () => {
    const { tokenId } = await issue({ name: 'same' })
    const context = admin()
    expect(await renameToken(context, tokenId, { name: 'same' })).toMatchObject({ name: 'same' })
    expect(context.trail.recorded).toBe(false)
  })

  test.each([
    [{ name: '' }, 'Cannot read name "": expected 1 to 128 characters, none of them a control character'],
    [{}, 'name is missing: expected 1 to 128 characters, none of them a control character'],
    [{ name: 'a', life: '1d' }, 'Cannot read the input: there is no setting "life"'],
  ])('refuses %j', async (input, message) => {
    const { tokenId } = await issue()
    await expect(renameToken(admin(), tokenId, input)).rejects.toMatchObject({ status: 400, message })
  })
})

describe('rotateToken()', () => {
  test('makes a token in place of another, which ends after a week, in one transaction and one event', async () => {
    const old = await issue({ name: 'Okta production' })
    const now = at('2026-10-01T00:00:00Z')
    const rotated = await rotateToken(admin(now), old.tokenId, {})
    expect(rotated).toEqual({
      token: expect.stringMatching(/^rolecall_/),
      tokenId: parseToken(rotated.token)?.tokenId,
      ...{ integration: 'OKTA', name: 'Okta production (2026-10-01)', expiresAt: '2027-04-01T00:00:00.000Z' },
      replaces: { tokenId: old.tokenId, name: 'Okta production', expiresAt: '2026-10-08T00:00:00.000Z' },
    })
    const events = (await scanEvents(db)).filter(
      ({ time, account: where }) => where === account && time === now.toISOString(),
    )
    expect(events).toMatchObject([
      {
        ...{
          status: 201,
          resourceId: old.tokenId,
          resourceName: 'Okta production',
          resourceDomain: 'TOKEN',
          actorName: ACTOR,
        },
        changes: [
          {
            attribute: 'rotatedTo',
            after: { tokenId: rotated.tokenId, name: rotated.name, expiresAt: '2027-04-01T00:00:00.000Z' },
          },
          { attribute: 'expiresAt', before: '2027-02-28T10:00:00.000Z', after: '2026-10-08T00:00:00.000Z' },
        ],
      },
    ])
    expect(JSON.stringify(events)).not.toContain('rolecall_')
    const lastInstant = at('2026-10-07T23:59:59.999Z')
    expect((await listTokens(admin(lastInstant), 'OKTA')).map(({ status }) => status)).toEqual(['live', 'live'])
    expect(await listTokens(admin(at('2026-10-08T00:00:00Z')), 'OKTA')).toMatchObject([
      { tokenId: old.tokenId, status: 'expired', rotatedTo: rotated.tokenId },
      { tokenId: rotated.tokenId, status: 'live' },
    ])
    expect((await describeIntegration(admin(at('2026-10-08T00:00:00Z')), 'OKTA')).liveTokens).toBe(1)
  })

  test('takes a name, a life and an overlap; an old token that ends before keeps its end', async () => {
    const old = await issue({ life: '2d' })
    const rotated = await rotateToken(admin(), old.tokenId, { name: 'next', life: '30d', overlap: '10d' })
    expect(rotated).toMatchObject({
      ...{ name: 'next', expiresAt: '2026-09-30T10:00:00.000Z' },
      replaces: { expiresAt: '2026-09-02T10:00:00.000Z' },
    })
  })

  test.each([
    ['2026-08-31', '2026-10-01'],
    ['Okta (2026-08-31)', 'Okta (2026-10-01)'],
    ['x'.repeat(128), `${'x'.repeat(115)} (2026-10-01)`],
  ])('calls the one after "%s" "%s"', async (name, expected) => {
    const { tokenId } = await issue({ name })
    expect((await rotateToken(admin(at('2026-10-01T00:00:00Z')), tokenId, {})).name).toBe(expected)
  })

  test('refuses a second rotation, and names the token to rotate', async () => {
    const { tokenId } = await issue()
    const next = await rotateToken(admin(), tokenId, {})
    await expect(rotateToken(admin(), tokenId, {})).rejects.toMatchObject({
      ...{ status: 409, scimType: undefined },
      message: `Cannot rotate the token: it was rotated already, to ${next.tokenId}: rotate that one`,
    })
    await rotateToken(admin(), next.tokenId, {})
  })

  test('is decided once when several rotate at the same time', async () => {
    const { tokenId } = await issue()
    const results = await Promise.allSettled([1, 2, 3].map(() => rotateToken(admin(), tokenId, {})))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(await listTokens(admin(), 'OKTA')).toHaveLength(2)
  })

  test('refuses a token that has ended, and says how', async () => {
    const [revoked, expired, rejected] = [await issue(), await issue({ life: '1d' }), await issue()]
    await revokeToken(admin(), revoked.tokenId)
    const refusal = (status: string) => ({
      ...{ status: 409, scimType: undefined },
      message: `Cannot rotate the token: it is ${status}: issue a new one for integration "OKTA"`,
    })
    await expect(rotateToken(admin(), revoked.tokenId, {})).rejects.toMatchObject(refusal('revoked'))
    const later = admin(at('2026-09-02T00:00:00Z'))
    await expect(rotateToken(later, expired.tokenId, {})).rejects.toMatchObject(refusal('expired'))
    await changeIntegration(admin(), 'OKTA', { rejectTokensIssuedBefore: '2026-09-01T00:00:00Z' })
    await expect(rotateToken(admin(), rejected.tokenId, {})).rejects.toMatchObject(refusal('rejected'))
  })

  test('stops at ten live tokens, says what to do, and changes nothing', async () => {
    const { tokenId, expiresAt } = await issue()
    for (let i = 1; i < 10; i++) await issue()
    await expect(rotateToken(admin(), tokenId, {})).rejects.toMatchObject({
      ...{ status: 409, scimType: undefined },
      message: 'Integration "OKTA" has 10 live tokens, the most it may have: revoke one first',
    })
    expect((await listTokens(admin(), 'OKTA')).find((token) => token.tokenId === tokenId)).toMatchObject({ expiresAt })
  })

  test.each([
    [
      { overlap: '30m' },
      'Cannot read overlap "30m": expected at least 1h, such as 7d; to end a token at once, revoke it',
    ],
    [{ overlap: '0' }, 'Cannot read overlap "0": expected a number and s, m, h or d, such as 5m'],
    [{ until: '7d' }, 'Cannot read the input: there is no setting "until"'],
  ])('refuses %j', async (input, message) => {
    const { tokenId } = await issue()
    await expect(rotateToken(admin(), tokenId, input)).rejects.toMatchObject({ status: 400, message })
  })

  test('can be revoked while it overlaps, and its successor goes on', async () => {
    const { tokenId } = await issue()
    const next = await rotateToken(admin(), tokenId, {})
    await revokeToken(admin(), tokenId)
    expect((await listTokens(admin(), 'OKTA')).map((token) => [token.tokenId, token.status]).sort()).toEqual(
      [
        [tokenId, 'revoked'],
        [next.tokenId, 'live'],
      ].sort(),
    )
  })
})

describe('revokeTokens()', () => {
  test('ends every live token of one integration with one event, and no other', async () => {
    await createIntegration(admin(), { name: 'OTHER', clientKind: 'GENERIC' })
    const other = await issueToken(admin(), { integration: 'OTHER' })
    const [old, one, two] = [await issue({ life: '1d' }), await issue(), await issue()]
    const now = at('2026-09-02T00:00:00Z')
    const live = [one.tokenId, two.tokenId].sort()
    const { revoked, ...rest } = await revokeTokens(admin(now), 'okta')
    expect({ ...rest, revoked: revoked.toSorted() }).toEqual({ integration: 'OKTA', revoked: live })
    const statuses = new Map((await listAllTokens(admin(now))).map(({ tokenId, status }) => [tokenId, status]))
    expect(statuses).toEqual(
      new Map([
        [old.tokenId, 'expired'],
        [one.tokenId, 'revoked'],
        [two.tokenId, 'revoked'],
        [other.tokenId, 'live'],
      ]),
    )
    const events = (await scanEvents(db)).filter(
      ({ time, account: where }) => where === account && time === now.toISOString(),
    )
    expect(events).toMatchObject([
      { status: 200, resourceId: 'OKTA', changes: [{ attribute: 'revokedTokens', after: expect.any(Array) }] },
    ])
    expect((await describeIntegration(admin(now), 'OKTA')).liveTokens).toBe(0)
    const again = admin(now)
    expect(await revokeTokens(again, 'OKTA')).toEqual({ integration: 'OKTA', revoked: [] })
    expect(again.trail.recorded).toBe(false)
    await issue({}, now)
  })

  test('ends all ten there may be', async () => {
    for (let i = 0; i < 10; i++) await issue()
    expect((await revokeTokens(admin(), 'OKTA')).revoked).toHaveLength(10)
  })

  test('answers 404 for an integration that is not there', async () => {
    await expect(revokeTokens(admin(), 'NOBODY')).rejects.toMatchObject({ status: 404 })
  })
})

describe('listAllTokens()', () => {
  test('answers 404 for an account that is not there', async () => {
    account = 'nowhere'
    await expect(listAllTokens(admin())).rejects.toMatchObject({
      status: 404,
      message: expect.stringMatching(/^There is no account "nowhere": there is default/),
    })
  })
})
