import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { clientKeyOf } from '../../shared/auth/client-key.ts'
import { parsePrincipal } from '../../shared/auth/principal.ts'
import { formatToken, newToken, parseToken } from '../../shared/auth/token.ts'
import { authorizerHandler } from '../../shared/http/authorizer-handler.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { changePolicy, createNetworkPolicy } from '../../shared/resources/network-policies.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import type { IssuedToken } from '../../shared/resources/views/token.ts'
import type { Db } from '../../shared/store/client.ts'
import { tokenKey } from '../../shared/store/keys.ts'
import { adminContext } from '../factories/admin.ts'
import { lambdaContext } from '../factories/api-event.ts'
import { testTable } from '../factories/engine.ts'
import { fence } from '../factories/fence.ts'
import { scanEvents } from '../factories/scan.ts'
import { watchedDb } from '../factories/watched-db.ts'

const NOW = new Date('2026-08-31T10:00:00.000Z')
const EXPIRY = Date.parse('2027-02-28T10:00:00.000Z')
const API = { accountId: '111122223333', apiId: 'abc123', stage: 'live' }
let db: Db
let issued: IssuedToken
let endpointId: string
let account = 0
const admin = () => adminContext(db, { account: `a${account}`, now: NOW })

/** The event of a request for `GET /Users` with these Authorization headers, from this address. */
function anEvent(authorization: string[], sourceIp = '192.0.2.1'): APIGatewayRequestAuthorizerEvent {
  const requestContext = { ...API, requestId: 'request-1', identity: { sourceIp } }
  return {
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:us-east-1:999999999999:other/other/GET/admin/integrations',
    ...{ resource: '/scim/v2/Users', path: '/scim/v2/Users', httpMethod: 'GET' },
    headers: authorization.length > 0 ? { Authorization: authorization.at(-1) } : {},
    multiValueHeaders: authorization.length > 0 ? { Authorization: authorization } : {},
    ...{ pathParameters: null, queryStringParameters: null, multiValueQueryStringParameters: null },
    stageVariables: null,
    requestContext,
  } as unknown as APIGatewayRequestAuthorizerEvent
}

const authorize = (authorization: string | string[], at: number = NOW.getTime(), sourceIp?: string) =>
  authorizerHandler({ db, region: 'eu-central-1', deployment: 'rolecall', now: () => new Date(at) })(
    anEvent([authorization].flat(), sourceIp),
    lambdaContext(),
  )

/** A well-formed token with the id of another. */
const forge = (tokenId: string) => formatToken({ tokenId, secret: parseToken(newToken().token)?.secret ?? '' })

/** The rows that count refusals, by reason. */
async function refusals(): Promise<[string, number][]> {
  const rows = (await scanEvents(db)).filter(({ count }) => count !== undefined)
  return rows.map(({ detail, status, count }) => [`${status} ${String(detail).split(': ')[1]}`, Number(count)])
}

beforeAll(async () => {
  db = await testTable()
})

beforeEach(async () => {
  account++
  endpointId = (await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA', monitorUsers: true })).endpointId
  issued = await issueToken(admin(), { integration: 'OKTA' })
})

describe('authorizerHandler()', () => {
  test('allows the whole SCIM surface and passes on who is calling (S6)', async () => {
    const { principalId, policyDocument, context } = await authorize(`Bearer ${issued.token}`)
    expect(principalId).toBe(issued.tokenId)
    expect(policyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map(
            (verb) => `arn:aws:execute-api:eu-central-1:111122223333:abc123/live/${verb}/scim/v2/*`,
          ),
        },
      ],
    })
    expect(parsePrincipal(context)).toEqual({
      ...{ account: `a${account}`, integration: 'OKTA', role: 'OKTA_PROVISIONER', clientKind: 'OKTA' },
      privileges: ['createUser', 'createRole', 'monitorUser'],
      ...{ brake: { mode: 'warn', objects: 25, share: 10 }, brakeReleasedUntil: 0 },
      ...{
        endpointId,
        syncPassword: false,
        unknownMembers: 'skip',
        userDefaults: {},
        tokenId: issued.tokenId,
        tokenExpiresAt: EXPIRY,
      },
    })
  })

  test('names the key that the gateway counts the integration by, allowed or not', async () => {
    const { usageIdentifierKey } = await authorize(`Bearer ${issued.token}`)
    expect(usageIdentifierKey).toBe(clientKeyOf('rolecall', endpointId))
    await changeIntegration(admin(), 'OKTA', { enabled: false })
    expect(await authorize(`Bearer ${issued.token}`)).toMatchObject({ context: {}, usageIdentifierKey })
  })

  test.each(['bearer', 'BEARER', 'bEaReR '])('reads the scheme "%s" (AUT-3)', async (scheme) => {
    await expect(authorize(`${scheme} ${issued.token}`)).resolves.toMatchObject({ principalId: issued.tokenId })
  })

  test('costs one read unit in one call (DESIGN section 9)', async () => {
    const allowed = Array.from({ length: 50 }, (_, i) => `2001:db8:aaaa:bbbb:cccc:dddd:eeee:${i}/128`)
    const networkPolicy = 'P'.repeat(128)
    await createNetworkPolicy(admin(), { name: networkPolicy, allowed })
    await changeIntegration(admin(), 'OKTA', { networkPolicy, comment: 'x'.repeat(256) })
    const { db: measured, calls } = watchedDb(db)
    await authorizerHandler({ db: measured, region: 'eu-central-1', deployment: 'rolecall', now: () => NOW })(
      anEvent([`Bearer ${issued.token}`], '2001:db8:aaaa:bbbb:cccc:dddd:eeee:7'),
      lambdaContext(),
    )
    expect(calls).toEqual([{ command: 'GetItemCommand', units: 1 }])
  })

  test.each([
    ['no header', () => []],
    ['an empty header', () => ['']],
    ['no token', () => ['Bearer ']],
    ['another scheme', () => [`Basic ${issued.token}`]],
    ['a token without a scheme', () => [issued.token]],
    ['two headers', () => [`Bearer ${issued.token}`, `Bearer ${issued.token}`]],
    ['two tokens', () => [`Bearer ${issued.token} ${issued.token}`]],
    ['a list', () => [`Bearer ${issued.token}, Bearer ${issued.token}`]],
    ['a truncated token', () => [`Bearer ${issued.token.slice(0, -1)}`]],
    [
      'a changed letter',
      () => [`Bearer ${issued.token.slice(0, 40)}${issued.token[40] === 'a' ? 'b' : 'a'}${issued.token.slice(41)}`],
    ],
    ['a very long token', () => [`Bearer ${'x'.repeat(9000)}`]],
    ['a foreign token', () => ['Bearer eyJhbGciOiJub25lIn0.e30.']],
    ['a line break', () => [`Bearer ${issued.token}\r\nX: y`]],
  ])('refuses %s without reading anything (AUT-1, S1)', async (_name, headers) => {
    const { db: measured, calls } = watchedDb(db)
    const call = authorizerHandler({ db: measured, region: 'eu-central-1', deployment: 'rolecall', now: () => NOW })(
      anEvent(headers()),
      lambdaContext(),
    )
    await expect(call).rejects.toThrow(/^Unauthorized$/)
    expect(calls.map(({ command }) => command)).toEqual(['UpdateItemCommand'])
  })

  test('refuses an unknown token and a wrong secret alike (AUT-1, S3)', async () => {
    const stranger = newToken().token
    await expect(authorize(`Bearer ${stranger}`)).rejects.toThrow(/^Unauthorized$/)
    const forged = forge(issued.tokenId)
    await expect(authorize(`Bearer ${forged}`)).rejects.toThrow(/^Unauthorized$/)
  })

  test('accepts a token until the millisecond before it expires, and not after (AUT-1, S4)', async () => {
    const authorization = `Bearer ${issued.token}`
    await expect(authorize(authorization, EXPIRY - 1)).resolves.toMatchObject({ principalId: issued.tokenId })
    await expect(authorize(authorization, EXPIRY)).rejects.toThrow(/^Unauthorized$/)
    await expect(authorize(authorization, EXPIRY + 1)).rejects.toThrow(/^Unauthorized$/)
  })

  test('refuses a revoked token (AUT-1, S4)', async () => {
    await revokeToken(admin(), issued.tokenId)
    await expect(authorize(`Bearer ${issued.token}`)).rejects.toThrow(/^Unauthorized$/)
  })

  test('refuses tokens made before what the integration accepts, and not those made at that instant (S4)', async () => {
    const reject = (at: number | null) => {
      const rejectTokensIssuedBefore = at === null ? null : new Date(at).toISOString()
      return changeIntegration(admin(), 'OKTA', { rejectTokensIssuedBefore })
    }
    await reject(NOW.getTime() + 1)
    await expect(authorize(`Bearer ${issued.token}`)).rejects.toThrow(/^Unauthorized$/)
    await reject(NOW.getTime())
    await expect(authorize(`Bearer ${issued.token}`)).resolves.toMatchObject({ principalId: issued.tokenId })
    await reject(NOW.getTime() + 1)
    await reject(null)
    await expect(authorize(`Bearer ${issued.token}`)).resolves.toMatchObject({ principalId: issued.tokenId })
  })

  test('denies a disabled integration, and allows it again (AUT-4)', async () => {
    await changeIntegration(admin(), 'OKTA', { enabled: false })
    const denied = await authorize(`Bearer ${issued.token}`)
    expect(denied.context).toEqual({})
    expect(denied.policyDocument.Statement).toEqual([expect.objectContaining({ Effect: 'Deny' })])
    await changeIntegration(admin(), 'OKTA', { enabled: true })
    const allowed = await authorize(`Bearer ${issued.token}`)
    expect(allowed.policyDocument.Statement).toEqual([expect.objectContaining({ Effect: 'Allow' })])
  })

  test('denies addresses that the network policy does not allow, whatever headers say (S5, S8)', async () => {
    await fence(admin, 'OKTA', { allowed: ['192.0.2.0/24'], blocked: ['192.0.2.66'] })
    const effect = async (sourceIp: string) => {
      const event = anEvent([`Bearer ${issued.token}`], sourceIp)
      const spoofed = { ...event, headers: { ...event.headers, 'X-Forwarded-For': '192.0.2.1' } }
      const answer = await authorizerHandler({ db, region: 'eu-central-1', deployment: 'rolecall', now: () => NOW })(
        spoofed,
        lambdaContext(),
      )
      return answer.policyDocument.Statement.map(({ Effect }) => Effect)
    }
    expect(await effect('192.0.2.1')).toEqual(['Allow'])
    expect(await effect('::ffff:192.0.2.1')).toEqual(['Allow'])
    expect(await effect('192.0.2.66')).toEqual(['Deny'])
    expect(await effect('198.51.100.1')).toEqual(['Deny'])
    expect(await effect('2001:db8::1')).toEqual(['Deny'])
  })

  test('counts every refusal by its reason, for the account where it is known (R2)', async () => {
    db = await testTable()
    await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
    issued = await issueToken(admin(), { integration: 'OKTA' })
    const bearer = `Bearer ${issued.token}`
    const refused = (authorization: string, at?: number) => authorize(authorization, at).catch(() => undefined)
    await refused('Bearer x')
    await refused('Bearer y')
    await refused(`Bearer ${newToken().token}`)
    await refused(`Bearer ${forge(issued.tokenId)}`)
    await fence(admin, 'OKTA', { allowed: ['198.51.100.1'] })
    await refused(bearer)
    await changeIntegration(admin(), 'OKTA', { enabled: false })
    await refused(bearer)
    await changeIntegration(admin(), 'OKTA', { rejectTokensIssuedBefore: '2026-09-01T00:00:00Z' })
    await refused(bearer)
    await refused(bearer, EXPIRY)
    await revokeToken(admin(), issued.tokenId)
    await refused(bearer)
    for (const text of [`Bearer ${bearer}`, issued.token, `Bearer "${issued.token}"`, `Bearer ${issued.token} x`])
      await refused(text)
    const rows = (await refusals()).map(([text, count]) => [text.replace(/ \(first seen$/, ''), count])
    expect(Object.fromEntries(rows)).toEqual({
      '401 no bearer token of ours': 2,
      '401 the word Bearer stands twice': 1,
      '401 a token without the word Bearer before it': 1,
      '401 quotation marks around the token': 1,
      '401 a blank or a line break in the token': 1,
      '401 no such token': 1,
      '401 wrong secret': 1,
      '403 the network policy "FENCE_OF_OKTA" does not allow the address': 1,
      '403 the integration is disabled': 1,
      '401 the token was issued before what its integration accepts': 1,
      '401 the token has expired': 1,
      '401 the token was revoked': 1,
    })
  })

  test('lets in and counts whom a policy that observes would refuse, policy by policy', async () => {
    db = await testTable()
    await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
    await createIntegration(admin(), { name: 'HR', clientKind: 'GENERIC' })
    issued = await issueToken(admin(), { integration: 'OKTA' })
    const other = await issueToken(admin(), { integration: 'HR' })
    for (const integration of ['OKTA', 'HR']) {
      await fence(admin, integration, { allowed: ['198.51.100.1'] })
      await changePolicy(admin(), `FENCE_OF_${integration}`, { mode: 'observe' })
    }
    for (const { token } of [issued, other, other]) {
      const { policyDocument, context } = await authorize(`Bearer ${token}`)
      expect(policyDocument.Statement).toEqual([expect.objectContaining({ Effect: 'Allow' })])
      expect(context).not.toEqual({})
    }
    const observed = (await refusals()).map(([text, count]) => [text.replace(/ \(first seen$/, ''), count])
    expect(Object.fromEntries(observed)).toEqual({
      '200 the network policy "FENCE_OF_OKTA" does not allow the address, but only observes': 1,
      '200 the network policy "FENCE_OF_HR" does not allow the address, but only observes': 2,
    })
    const rows = (await scanEvents(db)).filter(({ count }) => count !== undefined)
    expect(rows.map(({ resourceDomain, resourceName }) => `${resourceDomain} ${resourceName}`).sort()).toEqual([
      'NETWORK_POLICY FENCE_OF_HR',
      'NETWORK_POLICY FENCE_OF_OKTA',
    ])
    await changePolicy(admin(), 'FENCE_OF_OKTA', { mode: 'enforce' })
    const { policyDocument } = await authorize(`Bearer ${issued.token}`)
    expect(policyDocument.Statement).toEqual([expect.objectContaining({ Effect: 'Deny' })])
  })

  test.each(['secretHash', 'expiresAt', 'account', 'access', 'createdAt', 'integration'])(
    'lets nobody in by a record without a readable %s, and refuses no one for good (F25)',
    async (attribute) => {
      const UpdateExpression = 'SET #broken = :broken'
      const ExpressionAttributeNames = { '#broken': attribute }
      const Key = tokenKey(issued.tokenId)
      const broken = { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues: { ':broken': null } }
      await db.client.send(new UpdateCommand({ TableName: db.tableName, Key, ...broken }))
      const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
      const refusal = await authorize(`Bearer ${issued.token}`).catch((error: unknown) => error)
      const lines = written.mock.calls.map(([line]) => JSON.parse(String(line)))
      written.mockRestore()
      const message = 'Internal error; retry, and report request id request-1 if it persists'
      expect(refusal).toMatchObject({ status: 500, message })
      expect(lines).toMatchObject([
        {
          message: 'unexpected error',
          requestId: 'request-1',
          error: `Error: A token record has no readable "${attribute}"`,
        },
        { level: 'WARN', message: 'token not checked', requestId: 'request-1', UncheckedTokens: 1 },
      ])
    },
  )

  test('says that a table which does not answer is to be asked again, and counts nobody as refused', async () => {
    const { db: failing, calls } = watchedDb(db, () => {
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    })
    const authorizer = authorizerHandler({
      db: failing,
      region: 'eu-central-1',
      deployment: 'rolecall',
      now: () => NOW,
    })
    await expect(authorizer(anEvent([`Bearer ${issued.token}`]), lambdaContext())).rejects.toMatchObject({
      status: 503,
      message:
        'The table does not answer at this moment; nothing was changed; retry after the seconds named in Retry-After',
      headers: { 'retry-after': '5' },
    })
    expect(calls).toEqual([])
  })

  test('answers the same when a refusal cannot be counted', async () => {
    const { db: failing, calls } = watchedDb(db, () => {
      throw new Error('The table is not there')
    })
    const authorizer = authorizerHandler({
      db: failing,
      region: 'eu-central-1',
      deployment: 'rolecall',
      now: () => NOW,
    })
    await expect(authorizer(anEvent(['Bearer x']), lambdaContext())).rejects.toThrow(/^Unauthorized$/)
    expect(calls).toEqual([])
  })
})
