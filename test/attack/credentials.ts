import type { IncomingMessage } from 'node:http'
import { type AwsCredentials, signRequest } from '../../shared/auth/sigv4.ts'
import { formatToken, newToken, parseToken } from '../../shared/auth/token.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration, ensureAccount } from '../../shared/resources/integrations.ts'
import { rotateToken } from '../../shared/resources/token-rotation.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import { adminContext } from '../factories/admin.ts'
import { fence } from '../factories/fence.ts'
import type { TestSystem } from '../factories/system.ts'
import type { Sent } from './answer.ts'

type Headers = NonNullable<Sent['headers']>
/** Headers that a caller sends to be let in, by what is wrong with them. */
export type Credentials = Readonly<Record<string, Headers>>

const monthsAgo = (months: number) => new Date(Date.now() - months * 31 * 86_400_000)
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` })

/** A connection says where it comes from; with these tests a header does, in its stead. */
const FROM = 'x-test-address'
export const sourceIp = ({ headers }: IncomingMessage): string => String(headers[FROM] ?? '192.0.2.1')

/** A live token of an integration of its own. */
export async function newClient(system: TestSystem, name: string, account = 'default') {
  const admin = (now = new Date()) => adminContext(system.db, { account, now })
  await ensureAccount(system.db, account, new Date())
  const { endpointId } = await createIntegration(admin(), { name, clientKind: 'GENERIC', role: `${name}_ROLE` })
  const issue = async (now?: Date) => issueToken(admin(now), { integration: name })
  return { endpointId, admin, issue, ...(await issue()) }
}

/** Authorization headers that are no token of ours, by what they are; made of one that is. */
export function malformed(good: string): Credentials {
  const { tokenId = '', secret = '' } = parseToken(good) ?? {}
  const swap = (at: number) => good.slice(0, at) + (good[at] === 'a' ? 'b' : 'a') + good.slice(at + 1)
  return {
    none: {},
    empty: { authorization: '' },
    'a scheme alone': { authorization: 'Bearer' },
    'no scheme': { authorization: good },
    'another scheme': { authorization: `Basic ${btoa(`rolecall:${good}`)}` },
    words: bearer('let me in'),
    'a JSON web token': bearer(`${btoa('{"alg":"none"}')}.${btoa('{"role":"ACCOUNTADMIN"}')}.`),
    'cut by a letter': bearer(good.slice(0, -1)),
    'longer by a letter': bearer(`${good}0`),
    'in capitals': bearer(good.toUpperCase()),
    'its prefix changed': bearer(swap(2)),
    'its id changed': bearer(swap(12)),
    'its secret changed': bearer(swap(40)),
    'its checksum changed': bearer(swap(77)),
    quoted: bearer(`"${good}"`),
    encoded: bearer(good.replaceAll('_', '%5F')),
    'with a blank in it': bearer(`${good.slice(0, 40)} ${good.slice(40)}`),
    'two in a header': bearer(`${good}, Bearer ${good}`),
    'two headers': { authorization: [`Bearer ${good}`, `Bearer ${good}`] },
    'very long': bearer('x'.repeat(4000)),
    'nobody was given': bearer(newToken().token),
    'a known id, another secret': bearer(formatToken({ tokenId, secret: parseToken(newToken().token)?.secret ?? '' })),
    'another id, a known secret': bearer(formatToken({ tokenId: newToken().tokenId, secret })),
    'in the query and the cookie only': { cookie: `access_token=${good}`, 'x-api-key': good },
  }
}

/** Tokens that were good once, or would be elsewhere: those answered 401, and those answered 403. */
export async function ended(system: TestSystem): Promise<{ refused: Credentials; forbidden: Credentials }> {
  const client = await newClient(system, 'ENDED')
  const { admin } = client
  const expired = await client.issue(monthsAgo(7))
  await revokeToken(admin(), client.tokenId)
  const rotatedOut = await client.issue(monthsAgo(2))
  await rotateToken(admin(monthsAgo(1)), rotatedOut.tokenId, { overlap: '1d' })
  const rejecting = await newClient(system, 'REJECTING')
  const rejectTokensIssuedBefore = new Date(Date.now() + 1).toISOString()
  await changeIntegration(rejecting.admin(), 'REJECTING', { rejectTokensIssuedBefore })
  const disabled = await newClient(system, 'DISABLED')
  await changeIntegration(disabled.admin(), 'DISABLED', { enabled: false })
  const fenced = await newClient(system, 'FENCED')
  await fence(fenced.admin, 'FENCED', { allowed: ['198.51.100.0/24'], blocked: ['198.51.100.66'] })
  return {
    refused: {
      expired: bearer(expired.token),
      revoked: bearer(client.token),
      'rotated out': bearer(rotatedOut.token),
      'older than its integration accepts': bearer(rejecting.token),
    },
    forbidden: {
      'of a disabled integration': bearer(disabled.token),
      'from an address that is not allowed': bearer(fenced.token),
      'from a blocked address': { ...bearer(fenced.token), [FROM]: '198.51.100.66' },
      'from an address that headers say is allowed': {
        ...bearer(fenced.token),
        ...{ 'x-forwarded-for': '198.51.100.7', 'x-real-ip': '198.51.100.7', forwarded: 'for=198.51.100.7' },
      },
    },
  }
}

/** Signs a call as somebody, and perhaps spoils it. */
export type Signer = (sent: Sent) => Promise<Headers>

/** Signatures of AWS that must open nothing, by what is wrong with them. */
export function signatures({ region, ...credentials }: TestSystem['credentials']): Record<string, Signer> {
  const stranger: AwsCredentials = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'a-key-of-another-account' }
  const sign = (sent: Sent, more: object = {}) =>
    signRequest({ ...sent, headers: plain(sent), service: 'execute-api', region, credentials, ...more })
  const minutes = (count: number) => new Date(Date.now() + count * 60_000)
  const spoilt = (spoil: (headers: Record<string, string>) => Headers) => async (sent: Sent) => spoil(await sign(sent))
  return {
    "a stranger's": (sent) => sign(sent, { credentials: stranger }),
    'our key, another secret': (sent) => sign(sent, { credentials: { ...credentials, secretAccessKey: 'guessed' } }),
    'our secret, another key': (sent) => sign(sent, { credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } }),
    'for another service': (sent) => sign(sent, { service: 'lambda' }),
    'for another region': (sent) => sign(sent, { region: 'ap-southeast-2' }),
    'of six minutes ago': (sent) => sign(sent, { signingDate: minutes(-6) }),
    'of six minutes hence': (sent) => sign(sent, { signingDate: minutes(6) }),
    'of another path': (sent) => sign({ ...sent, url: `${sent.url}/x` }),
    'of another query': (sent) => sign({ ...sent, url: `${sent.url}?account=other` }),
    'of another method': (sent) => sign({ ...sent, method: sent.method === 'GET' ? 'POST' : 'GET' }),
    'of another body': (sent) => sign({ ...sent, body: `${sent.body ?? ''} ` }),
    'with its end changed': spoilt(({ authorization = '', ...rest }) => ({
      ...rest,
      authorization: authorization.slice(0, -1) + (authorization.endsWith('0') ? '1' : '0'),
    })),
    'without its end': spoilt(({ authorization = '', ...rest }) => ({
      ...rest,
      authorization: authorization.replace(/Signature=.*/, ''),
    })),
    'without its date': spoilt(({ 'x-amz-date': _, ...rest }) => rest),
    'that does not cover Host': spoilt(({ authorization = '', ...rest }) => ({
      ...rest,
      authorization: authorization.replace('host;', ''),
    })),
    'with one more header of Amazon': spoilt((headers) => ({ ...headers, 'x-amz-security-token': 'x' })),
    'of a body that it leaves open': spoilt((headers) => ({ ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })),
    'sent twice': spoilt(({ authorization = '', ...rest }) => ({
      ...rest,
      authorization: [authorization, authorization],
    })),
  }
}

/** The administrator's own. */
export const adminSignature =
  ({ region, ...credentials }: TestSystem['credentials']): Signer =>
  (sent) =>
    signRequest({ ...sent, headers: plain(sent), service: 'execute-api', region, credentials })

const plain = ({ headers = {} }: Sent): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
