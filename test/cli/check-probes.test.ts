import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { judgeProbe } from '../../cli/check/judge-probe.ts'
import { PROBES, probeText, sendProbe } from '../../cli/check/probes.ts'
import { parsePasted } from '../../cli/check/token-form.ts'
import { newToken } from '../../shared/auth/token.ts'

const SCIM = 'application/scim+json;charset=utf-8'
const list = (totalResults: number) =>
  JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults, Resources: [] })
const answered = (overrides: object) => ({ status: 200, contentType: SCIM, text: list(0), ms: 7, ...overrides })
const LOOK_UP = { path: '/Users', list: 'empty', query: { filter: 'userName eq "x"' } } as const

describe('probes', () => {
  test.each([
    ['OKTA', ['GET /Users?startIndex=1&count=2', 'GET /Groups?startIndex=1&count=100']],
    ['AZURE', [expect.stringMatching(/^GET \/Users\?filter=userName eq "[0-9a-f-]{36}"$/)]],
    [
      'GENERIC',
      [
        ...['GET /ServiceProviderConfig', 'GET /ResourceTypes/User', 'GET /Schemas', 'GET /Users?count=1'],
        expect.stringMatching(/^GET \/Users\?filter=userName eq "[0-9a-f-]{36}"$/),
      ],
    ],
  ] as const)('of %s', (kind, expected) => {
    expect(PROBES[kind]().map(probeText)).toEqual(expected)
  })

  test('look for somebody else each time', () => {
    expect(PROBES.AZURE()).not.toEqual(PROBES.AZURE())
  })

  test('say why nothing came back', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    expect(await sendProbe(`http://127.0.0.1:${port}/scim/v2`, 'x', LOOK_UP)).toBe('ECONNREFUSED')
  })
})

describe('judgeProbe()', () => {
  const check = 'GET /Users?filter=userName eq "x"'

  test('is content with what a provider wants, on an empty system too', () => {
    expect(judgeProbe(LOOK_UP, answered({}))).toEqual({ check, result: 'ok', says: `200, ${SCIM}, 7 ms, 0 there` })
  })

  test.each([
    [
      'no answer',
      'ECONNREFUSED',
      'No answer: ECONNREFUSED',
      'the address must be reachable from where the provider is',
    ],
    [
      '401',
      answered({ status: 401, text: '{"detail":"who?"}' }),
      `401, ${SCIM}, 7 ms: who?`,
      'see the finding about the token',
    ],
    [
      '404 to a look-up',
      answered({ status: 404, text: '<html>', contentType: 'text/html' }),
      '404, text/html, 7 ms: no SCIM error',
      'see the finding about the base URL',
    ],
    [
      '503',
      answered({ status: 503, text: '{"detail":"later"}' }),
      `503, ${SCIM}, 7 ms: later`,
      'send it again; then see the runbook',
    ],
    [
      'another content type',
      answered({ contentType: 'text/html' }),
      'It is text/html, and no application/scim+json',
      'the answer was 200, text/html, 7 ms',
    ],
    ['no JSON', answered({ text: '<html>' }), 'The answer is no JSON object', `the answer was 200, ${SCIM}, 7 ms`],
    [
      'no list',
      answered({ text: '{"totalResults":0}' }),
      'The answer is no ListResponse with totalResults and Resources',
      `the answer was 200, ${SCIM}, 7 ms`,
    ],
    [
      'somebody who cannot be there',
      answered({ text: list(1) }),
      'A user was found who cannot be there',
      `the answer was 200, ${SCIM}, 7 ms`,
    ],
    [
      'a slow answer',
      answered({ ms: 5001 }),
      'It took 5001 ms; above 5000 ms providers may send a create again, which is 409 then',
      `the answer was 200, ${SCIM}, 5001 ms`,
    ],
  ])('finds %s', (_name, answer, says, mend) => {
    expect(judgeProbe(LOOK_UP, answer)).toEqual({ check, result: 'todo', says, mend })
  })
})

describe('a token as it was pasted', () => {
  const { token, tokenId } = newToken()

  test.each([
    ['alone', token, undefined],
    ['with the line break of a file', `${token}\r\n`, undefined],
    [
      'with the scheme',
      `Bearer ${token}`,
      'It begins with "Bearer", which consoles that want the token alone would send twice',
    ],
    ['in quotes', `"${token}"`, 'There are quotes around it, or in it'],
    ['with a blank before it', ` ${token}`, 'There is a blank or a line break in it'],
    ['broken over lines', `${token.slice(0, 40)}\n${token.slice(40)}`, 'There is a blank or a line break in it'],
  ])('%s', (_name, pasted, wrong) => {
    expect(parsePasted(pasted)).toEqual({ token, tokenId, ...(wrong && { wrong }) })
  })

  test.each(['', 'Bearer', token.slice(0, -1), `${token}x`, 'a1b2c3'])('cannot be made out of "%s"', (pasted) => {
    expect(parsePasted(pasted)).toEqual({ wrong: 'It is no token of this service, or a part of it is missing' })
  })
})
