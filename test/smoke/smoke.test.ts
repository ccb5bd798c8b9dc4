import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, openApi } from '../../cli/api.ts'
import { Failure } from '../../cli/failure.ts'
import { findTarget } from '../../cli/target.ts'
import { processTerminal } from '../../cli/terminal.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { withSystem } from '../factories/system.ts'
import { tryAdministration } from './checks.ts'
import type { Verdict } from './conversations.ts'
import type { Service } from './service.ts'
import { smoke } from './smoke.ts'
import { tryThrottle } from './throttle.ts'

const digests = mkdtempSync(join(tmpdir(), 'rolecall-digests-'))
const system = withSystem({ digestFolder: digests })
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-smoke-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => {
  for (const made of [folder, digests]) rmSync(made, { recursive: true })
})

async function tried({
  url = system.baseUrl,
  token = system.tokens.OKTA_PROVISIONING,
  isSigned = false,
  client = 'OKTA' as Service['client'],
} = {}) {
  const lines: string[] = []
  const terminal = processTerminal()
  const admin = isSigned
    ? openApi(await findTarget({ 'data-dir': folder, url: system.adminUrl }, terminal), undefined)
    : undefined
  const faults = await smoke({ url, token, admin, client, prefix: 'smoke-test-' }, (line) => lines.push(line))
  return { faults, lines, wrong: lines.filter((line) => line.startsWith('FAULT')) }
}

test.each([
  ['OKTA_PROVISIONING', 'OKTA'],
  ['AZURE_PROVISIONING', 'AZURE'],
  ['GENERIC_PROVISIONING', 'GENERIC'],
] as const)('a service that is well has no fault: %s', async (name, client) => {
  const { faults, lines, wrong } = await tried({ token: system.tokens[name], client, isSigned: true })
  expect([faults, wrong]).toEqual([0, []])
  expect(lines.at(-1)).toBe('All is well')
  expect(lines.filter((line) => line.startsWith('ok     '))).toHaveLength(lines.length - 3)
  expect(lines.filter((line) => line.startsWith('skip'))).toEqual([
    'skip   429 with Retry-After for a client that sends too much, and 200 after it: not asked for, see --throttle',
  ])
  expect(lines.length).toBeGreaterThan(30)
  const left = await fetch(`${system.baseUrl}/Users?filter=userName%20sw%20%22smoke-test-%22`, {
    headers: { authorization: `Bearer ${system.tokens[name]}` },
  })
  expect(await left.json()).toMatchObject({ totalResults: 0 })
})

test('a deployment without digests is told, and no fault', async () => {
  const keepsNone = 'This service keeps no digests: its setting auditDigests is false (404)'
  const call = async () => Promise.reject(new Failure(keepsNone, { status: 404 }))
  const verdicts: Verdict[] = []
  const service = { url: '', token: '', client: 'OKTA', prefix: 'smoke-test-' } as const
  for await (const one of tryAdministration({ ...service, admin: { call } as unknown as Api })) verdicts.push(one)
  expect(verdicts.filter(({ fault }) => fault !== keepsNone)).toEqual([
    { what: 'digests of the history', skipped: 'not deployed, since auditDigests is false' },
  ])
})

test('a service that refuses nobody who sends too much has a fault', async () => {
  const service = { url: system.baseUrl, token: system.tokens.OKTA_PROVISIONING, client: 'OKTA', prefix: '' } as const
  const { value } = await tryThrottle({ ...service, burst: 3 }).next()
  expect(value?.fault).toBe('none of 3 requests was refused: give more than clientBurst, or look at the usage plan')
})

test('a wrong token is a fault of nearly everything', async () => {
  const { faults, lines } = await tried({ token: system.tokens.OKTA_PROVISIONING.replace(/....$/, 'AAAA') })
  expect(faults).toBeGreaterThan(10)
  expect(lines[0]).toMatch(/^FAULT {2}OKTA: GET .*: 401 instead of 200$/)
  expect(lines.slice(-2)).toEqual([
    'FAULT  taking away what was made: /Groups answered 401: what was made may be left',
    `${faults} faults`,
  ])
})

/** What stands before the service and breaks an answer. */
async function behind(breaking: (headers: Headers) => void) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { host, connection, 'content-length': _length, ...headers } = request.headers
    const body = Buffer.concat(chunks)
    const answer = await fetch(`${system.adminUrl}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length > 0 && { body }),
    })
    const sent = new Headers(answer.headers)
    for (const name of ['content-encoding', 'transfer-encoding', 'content-length', 'connection']) sent.delete(name)
    breaking(sent)
    response.writeHead(answer.status, Object.fromEntries(sent)).end(Buffer.from(await answer.arrayBuffer()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/scim/v2`, close: () => server.close() }
}

test('a proxy that breaks a header, and a Location of another address, are told', async () => {
  const proxy = await behind((headers) => headers.delete('cache-control'))
  const { wrong } = await tried({ url: proxy.url })
  proxy.close()
  expect(wrong).toEqual([
    expect.stringMatching(`^FAULT  POST /Users: 201, Location, ETag: Location is ${system.baseUrl}/Users/`),
    'FAULT  POST /Users: content-type, x-request-id, no-store: cache-control is null',
  ])
})

test('a service that does not answer is a fault, and nothing more', async () => {
  const { port, close } = await behindNothing()
  const { lines } = await tried({ url: `http://127.0.0.1:${port}/scim/v2` })
  close()
  const why = expect.stringMatching(/^FAULT {2}(?:going on|taking away what was made): fetch failed: /)
  expect(lines).toEqual([why, why, '2 faults'])
})

/** A port at which every connection ends at once. */
async function behindNothing() {
  const server = createServer().on('connection', (socket) => socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}
