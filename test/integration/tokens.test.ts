import { beforeEach, describe, expect, test } from 'vitest'
import { hashSecret, parseToken } from '../../shared/auth/token.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration, describeIntegration } from '../../shared/resources/integrations.ts'
import { issueToken, listTokens, revokeToken } from '../../shared/resources/tokens.ts'
import { tokenKey } from '../../shared/store/keys.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { withTable } from '../factories/engine.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'

const NOW = new Date('2026-08-31T10:00:00.000Z')
const ACTOR = 'arn:aws:iam::000000000000:user/test'
const db = withTable()
let count = 0
let account: string
const admin = (now = NOW) => adminContext(db, { account, now })
const issue = (name?: string, now = NOW) => issueToken(admin(now), { integration: 'OKTA', name })

/** Each test has an account of its own. */
beforeEach(async () => {
  account = `a${count++}`
  await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
})

describe('issueToken()', () => {
  test('gives a token for six calendar months, the day clamped (AUT-4)', async () => {
    const issued = await issue('Okta production')
    expect(issued).toEqual({
      token: expect.stringMatching(/^rolecall_/),
      tokenId: parseToken(issued.token)?.tokenId,
      integration: 'OKTA',
      name: 'Okta production',
      expiresAt: '2027-02-28T10:00:00.000Z',
    })
  })

  test('stores the digest of the secret, and the secret nowhere (S2)', async () => {
    const { token, tokenId } = await issue()
    const secret = parseToken(token)?.secret ?? ''
    const items = await scanAll(db)
    const stored = items.find(({ pk }) => pk === tokenKey(tokenId).pk)
    expect(stored?.secretHash).toEqual(new Uint8Array(hashSecret(secret)))
    expect(JSON.stringify([items, await scanEvents(db)])).not.toContain(secret)
  })

  test('copies into the record all that a request needs, and sets its end (S4)', async () => {
    const { tokenId } = await issue('copy')
    const { endpointId } = await describeIntegration(admin(), 'OKTA')
    const { secretHash: _hash, ...record } = (await getToken(db, tokenId)) ?? {}
    expect(record).toEqual({
      ...{ tokenId, name: 'copy', account, integration: 'OKTA', createdBy: ACTOR },
      createdAt: NOW.getTime(),
      expiresAt: Date.parse('2027-02-28T10:00:00.000Z'),
      access: {
        ...{ role: 'OKTA_PROVISIONER', clientKind: 'OKTA', privileges: ['createUser', 'createRole'], endpointId },
        ...{ syncPassword: false, unknownMembers: 'skip', userDefaults: {}, enabled: true },
        ...{ brake: { mode: 'warn', objects: 25, share: 10 }, brakeReleasedUntil: 0 },
      },
    })
    const stored = (await scanAll(db)).find(({ pk }) => pk === tokenKey(tokenId).pk)
    expect(stored?.ttl).toBe(Date.parse('2027-05-29T10:00:00.000Z') / 1000)
  })

  test('stores its event, without the token, in the same transaction (R3)', async () => {
    const context = admin()
    const { tokenId } = await issueToken(context, { integration: 'okta', name: 'mine' })
    const events = (await scanEvents(db)).filter(({ resourceId }) => resourceId === tokenId)
    expect(context.trail.recorded).toBe(true)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ status: 201, actorName: ACTOR, resourceName: 'mine', resourceDomain: 'TOKEN' })
    expect(JSON.stringify(events)).not.toContain('rolecall_')
  })

  test('leaves older tokens alone', async () => {
    await issue('old')
    await issue('new', new Date(NOW.getTime() + 1))
    const tokens = await listTokens(admin(), 'OKTA')
    expect(tokens.map(({ name, status }) => [name, status])).toEqual([
      ['old', 'live'],
      ['new', 'live'],
    ])
  })

  test('stops at ten live tokens, and says what to do', async () => {
    for (let i = 0; i < 10; i++) await issue()
    const refusal = {
      status: 409,
      scimType: undefined,
      message: 'Integration "OKTA" has 10 live tokens, the most it may have: revoke one first',
    }
    await expect(issue()).rejects.toMatchObject(refusal)
    const [first] = await listTokens(admin(), 'OKTA')
    await revokeToken(admin(), first?.tokenId ?? '')
    await issue()
    await expect(issue()).rejects.toMatchObject(refusal)
  })

  test('does not count expired tokens', async () => {
    for (let i = 0; i < 10; i++) await issue()
    const expiry = new Date('2027-02-28T10:00:00.000Z')
    await expect(issue('early', new Date(expiry.getTime() - 1))).rejects.toMatchObject({ status: 409 })
    await issue('in time', expiry)
    expect((await describeIntegration(admin(expiry), 'OKTA')).liveTokens).toBe(1)
    expect(await listTokens(admin(expiry), 'OKTA')).toHaveLength(11)
  })

  test('keeps to ten when many are asked for at once', async () => {
    const until = async (): Promise<boolean> => {
      const [result] = await Promise.allSettled([issue()])
      if (result.status === 'fulfilled') return true
      return result.reason.status === 409 ? false : until()
    }
    const results = await Promise.all(Array.from({ length: 16 }, until))
    expect(results.filter((issued) => issued)).toHaveLength(10)
    expect((await describeIntegration(admin(), 'OKTA')).liveTokens).toBe(10)
    expect((await listTokens(admin(), 'OKTA')).filter(({ status }) => status === 'live')).toHaveLength(10)
  })

  test('calls a token without a name by its day', async () => {
    expect((await issue()).name).toBe('2026-08-31')
  })

  test.each(['', 'x'.repeat(129), 'line\nbreak', '\u001b[31mred', '\u202egnp'])(
    'refuses the name "%s"',
    async (name) => {
      await expect(issue(name)).rejects.toMatchObject({
        ...{ status: 400, scimType: 'invalidValue' },
        message: expect.stringContaining('expected 1 to 128 characters, none of them a control character'),
      })
    },
  )

  test('answers 404 for an integration of another account', async () => {
    account = 'another'
    await expect(issue()).rejects.toMatchObject({
      status: 404,
      message: expect.stringMatching(/^There is no account "another": there is default/),
    })
  })
})

describe('listTokens()', () => {
  test('tells the life of each token, oldest first', async () => {
    const at = (text: string) => new Date(text)
    const old = await issue('old', at('2026-01-15T00:00:00Z'))
    const gone = await issue('gone', at('2026-08-01T00:00:00Z'))
    await revokeToken(admin(at('2026-08-02T00:00:00Z')), gone.tokenId)
    const live = await issue('live', at('2026-08-31T00:00:00Z'))
    const common = { integration: 'OKTA', createdBy: ACTOR }
    expect(await listTokens(admin(at('2026-08-31T12:00:00Z')), 'okta')).toEqual([
      {
        ...{ ...common, tokenId: old.tokenId, name: 'old', status: 'expired', daysLeft: 0, usedFrom: [] },
        ...{ createdAt: '2026-01-15T00:00:00.000Z', expiresAt: '2026-07-15T00:00:00.000Z' },
      },
      {
        ...{ ...common, tokenId: gone.tokenId, name: 'gone', status: 'revoked', daysLeft: 0, usedFrom: [] },
        ...{ createdAt: '2026-08-01T00:00:00.000Z', expiresAt: '2027-02-01T00:00:00.000Z' },
        revokedAt: '2026-08-02T00:00:00.000Z',
      },
      {
        ...{ ...common, tokenId: live.tokenId, name: 'live', status: 'live', daysLeft: 180, usedFrom: [] },
        ...{ createdAt: '2026-08-31T00:00:00.000Z', expiresAt: '2027-02-28T00:00:00.000Z' },
      },
    ])
  })

  test('shows which tokens the integration rejects by their age', async () => {
    await issue('old')
    await changeIntegration(admin(), 'OKTA', { rejectTokensIssuedBefore: '2026-09-01T00:00:00Z' })
    expect((await listTokens(admin(), 'OKTA')).map(({ status }) => status)).toEqual(['rejected'])
  })
})

describe('revokeToken()', () => {
  test('ends one token, at once and once; its event says so (R3)', async () => {
    const { tokenId } = await issue('doomed')
    const view = await revokeToken(admin(), tokenId)
    expect(view).toMatchObject({ tokenId, status: 'revoked', revokedAt: NOW.toISOString(), daysLeft: 0 })
    expect(view.outcome).toBe('revoked')
    const again = admin(new Date('2026-09-01T00:00:00Z'))
    expect(await revokeToken(again, tokenId)).toEqual({ ...view, outcome: 'unchanged' })
    expect(again.trail.recorded).toBe(false)
    const events = (await scanEvents(db)).filter(({ resourceId }) => resourceId === tokenId)
    expect(events.map(({ status }) => status)).toEqual([201, 200])
    expect((await describeIntegration(admin(), 'OKTA')).liveTokens).toBe(0)
  })

  test('remembers a revoked token for ninety days', async () => {
    const { tokenId } = await issue()
    await revokeToken(admin(), tokenId)
    const stored = (await scanAll(db)).find(({ pk }) => pk === tokenKey(tokenId).pk)
    expect(stored?.ttl).toBe(Date.parse('2026-11-29T10:00:00.000Z') / 1000)
  })

  test('is decided once when several revoke at the same time', async () => {
    const { tokenId } = await issue()
    const contexts = [admin(), admin(), admin()]
    await Promise.all(contexts.map((context) => revokeToken(context, tokenId)))
    expect(contexts.filter(({ trail }) => trail.recorded)).toHaveLength(1)
  })

  test('answers 404 for an unknown token and for one of another account', async () => {
    const { tokenId } = await issue()
    account = 'another'
    const message = `There is no token with id "${tokenId}" in account "another": list the integration's tokens`
    await expect(revokeToken(admin(), tokenId)).rejects.toMatchObject({ status: 404, message })
    await expect(revokeToken(admin(), 'x'.repeat(22))).rejects.toMatchObject({ status: 404 })
  })

  test('does not repeat what it was given when that is no id: it may be a whole token (I1)', async () => {
    const { token } = await issue()
    await expect(revokeToken(admin(), token)).rejects.toMatchObject({
      status: 404,
      message: 'A token id has 22 letters and digits: list the tokens to see it',
    })
  })
})
