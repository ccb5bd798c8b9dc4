import { beforeAll, describe, expect, test } from 'vitest'
import { loadGatewayModel } from '../../local/synthesis/gateway-model.ts'
import { mapConcurrently } from '../../shared/store/batch.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from '../rfc/client.ts'
import { stateOf } from '../rfc/hostile/unharmed.ts'
import { type Sent, sendWhole, type WholeAnswer } from './answer.ts'
import { adminSignature, type Credentials, ended, malformed, newClient, signatures, sourceIp } from './credentials.ts'
import { everyCall, type Filling, type TemplateCall } from './every-call.ts'

/** Every call meets every n-th credential, and every credential every n-th call. With 1 all 44,982 pairs are tried: 90 seconds. */
const EVERY = 48
const AT_ONCE = 16

const system = withSystem({ sourceIp })
const model = await loadGatewayModel()
let calls: TemplateCall[] = []
let good: string
const error = (status: number, detail: string) =>
  JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail })
const refusal = (status: number, detail: string, more: Record<string, string> = {}): WholeAnswer => {
  const body = error(status, detail)
  const headers = { 'content-type': 'application/scim+json', 'content-length': String(body.length), ...more }
  return { status, headers, body }
}
const NO_TOKEN = refusal(
  401,
  'The bearer token is missing, malformed, unknown, expired or revoked: send Authorization: Bearer <token>',
  { 'www-authenticate': 'Bearer' },
)
const DENIED = refusal(
  403,
  'Access denied: the integration is disabled, its network policy or your permissions forbid it, or there is no such method in SCIM',
)
const NOT_SIGNED = refusal(
  403,
  'The request signature does not match: sign with AWS Signature Version 4 and valid credentials',
)
const SIGNED_LONG_AGO = refusal(403, 'The signature or its credentials have expired: sign again')

/** What a caller who is let in would do harm with, whichever route it reaches. */
const HARM = JSON.stringify({
  ...{ ...newUser('intruder'), displayName: 'Intruders', name: 'INTRUDER', clientKind: 'GENERIC' },
  ...patchOf({ op: 'replace', path: 'active', value: false }),
  ...{ to: 'ADMIN', users: ['victim'], enabled: false, account: 'intruders' },
})
const hasBody = ({ method }: TemplateCall) => !['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method)
const toSent = (call: TemplateCall, headers: Sent['headers'] = {}): Sent => ({
  ...{ method: call.method, url: `${system.adminUrl}${call.path}` },
  headers: { ...headers, ...(hasBody(call) && { 'content-type': 'application/json' }) },
  body: hasBody(call) ? HARM : undefined,
})

/** An answer to HEAD has no body, and Node's client does not say how long it would have been. */
const asSent = ({ method }: TemplateCall, answer: WholeAnswer): WholeAnswer => {
  const { 'content-length': _, ...headers } = answer.headers
  return method === 'HEAD' ? { ...answer, headers, body: '' } : answer
}

interface Attempt {
  call: TemplateCall
  with: string
  send: () => Promise<WholeAnswer>
  expected: WholeAnswer
}

/** Makes the share of all pairs that is tried, and holds each answer against what it must be, letter by letter. */
async function tried(attempts: readonly Attempt[]): Promise<number> {
  const wrong: unknown[] = []
  await mapConcurrently([...attempts], AT_ONCE, async ({ call, with: what, send, expected }) => {
    const answer = await send()
    if (JSON.stringify(sorted(answer)) !== JSON.stringify(sorted(asSent(call, expected)))) {
      wrong.push({ call: `${call.method} ${call.path}`, with: what, answer, expected })
    }
  })
  expect(wrong).toEqual([])
  return attempts.length
}

const sorted = ({ status, headers, body }: WholeAnswer) => [status, Object.entries(headers).sort(), body]

const share = (one: number, other: number) => (one + other) % EVERY === 0

function withBearers(by: TemplateCall['by'], credentials: Credentials, expected: (headers: object) => WholeAnswer) {
  const ours = calls.filter((call) => call.by === by)
  return Object.entries(credentials).flatMap(([name, headers], nth): Attempt[] =>
    ours
      .filter((_, at) => share(at, nth))
      .map((call) => ({
        ...{ call, with: name, expected: expected(headers) },
        send: () => sendWhole(toSent(call, headers)),
      })),
  )
}

function withSignatures(by: TemplateCall['by'], signers: ReturnType<typeof signatures>, expected: typeof DENIED) {
  const ours = calls.filter((call) => call.by === by)
  return Object.entries(signers).flatMap(([name, signer], nth): Attempt[] =>
    ours
      .filter((_, at) => share(at, nth))
      .map((call) => ({
        ...{ call, with: name, expected: by === 'iam' && name.includes('six minutes') ? SIGNED_LONG_AGO : expected },
        send: async () => {
          const sent = toSent(call)
          return sendWhole({ ...sent, headers: { ...sent.headers, ...(await signer(sent)) } })
        },
      })),
  )
}

/** Everything but traces of the attack, and the events that tell more than a number. */
const whole = async () => {
  const told = (await scanEvents(system.db)).filter(({ count }) => count === undefined)
  return { state: await stateOf(system), told, items: (await scanAll(system.db)).length - told.length }
}

let refused: Credentials
let forbidden: Credentials

beforeAll(async () => {
  const { request } = client(system)
  const user = (await request('POST', '/Users', newUser('victim'))).body.id
  const group = (await request('POST', '/Groups', newGroup('Victims', { members: [{ value: user }] }))).body.id
  const own = await newClient(system, 'GOOD')
  good = own.token
  const there = (route: string): Filling => ({
    ...{ account: 'default', name: 'GOOD', role: 'GOOD_ROLE', proxy: 'Devices/1', endpointId: own.endpointId },
    id: route.includes('/tokens/') ? own.tokenId : /Groups|roles/.test(route) ? group : user,
  })
  const nobodys = () => ({ name: 'NOBODY', endpointId: '00000000-0000-4000-8000-000000000000', id: 'nobody' })
  calls = [...everyCall(model, there), ...everyCall(model, nobodys)]
  const past = await ended(system)
  refused = { ...malformed(good), ...past.refused }
  forbidden = past.forbidden
})

describe('whoever may not call', () => {
  test('the template has routes of every kind, and each method of each is among the calls', () => {
    const count = (by: TemplateCall['by']) => calls.filter((call) => call.by === by).length
    expect(calls.length).toBeGreaterThan(900)
    expect([count('token') > 400, count('iam') > 400, count('nobody')]).toEqual([true, true, 28])
  })

  test('S1 S4 S6 S9 hears the same of every route and method, whatever is there, and changes nothing', async () => {
    const before = await whole()
    const signers = signatures(system.credentials)
    const letIn = { 'good, where none is asked for': { authorization: `Bearer ${good}` } }
    const isSent = (headers: object) => 'authorization' in headers && headers.authorization !== ''
    const byIam = (headers: object) => (isSent(headers) ? NOT_SIGNED : DENIED)
    const attempts = [
      ...withBearers('token', refused, () => NO_TOKEN),
      ...withBearers('token', forbidden, () => DENIED),
      ...withSignatures('token', { ...signers, "the administrator's": adminSignature(system.credentials) }, NO_TOKEN),
      ...withBearers('iam', { ...refused, ...forbidden, ...letIn }, byIam),
      ...withSignatures('iam', signers, NOT_SIGNED),
    ]
    const count = await tried(attempts)
    expect(count).toBeGreaterThan(40_000 / EVERY)
    const after = await whole()
    expect(after.state).toEqual(before.state)
    expect(after.told).toEqual(before.told)
    // What the attack wrote are rows that count it: a few for each reason, however often it comes.
    expect(after.items - before.items).toBeLessThan(96)
  })

  test('I2 where nobody is asked who they are, a token or signature makes no difference', async () => {
    const open = calls.filter(({ by }) => by === 'nobody')
    const without = new Map<TemplateCall, WholeAnswer>()
    for (const call of open) without.set(call, await sendWhole(toSent(call)))
    expect([...without].map(([{ method, path }, { status }]) => [method, path, status < 300])).toEqual(
      open.map(({ method, path }) => [method, path, method === 'GET' && path.startsWith('/.well-known/')]),
    )
    const before = await whole()
    const credentials = Object.entries({ ...refused, ...forbidden, good: { authorization: `Bearer ${good}` } })
    const attempts = open.flatMap((call) =>
      credentials
        .filter((_, nth) => share(open.indexOf(call), nth))
        .map(([name, headers]) => ({
          ...{ call, with: name, expected: without.get(call) as WholeAnswer },
          send: () => sendWhole(toSent(call, headers)),
        })),
    )
    await tried(attempts)
    expect((await whole()).state).toEqual(before.state)
  })

  test('the same calls with what is right are let in: the refusals above are no accident', async () => {
    const right = { authorization: `Bearer ${good}` }
    const sign = adminSignature(system.credentials)
    const asked = calls.slice(0, calls.length / 2).filter(({ method }) => method === 'GET')
    const statuses = await mapConcurrently(asked, AT_ONCE, async (call) => {
      const sent = toSent(call, call.by === 'token' ? right : {})
      const headers = call.by === 'iam' ? await sign(sent) : sent.headers
      return (await sendWhole({ ...sent, headers: { ...headers } })).status
    })
    expect(statuses.filter((status) => status === 401 || status === 403)).toEqual([])
  })
})
