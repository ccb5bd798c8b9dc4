import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openerOf, openInBrowser } from '../../cli/open-in-browser.ts'
import type { SessionAnswer } from '../../console/api.ts'
import { commandLine } from '../../console/command-line.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { closeServer, listenOnLoopback } from '../../shared/http/loopback.ts'
import { runCli } from '../factories/cli.ts'
import { openSession, sendRaw } from '../factories/console.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-console-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** `rolecall console` while it serves: its link, and what ends it. */
async function serve(args: readonly string[] = [], env: Record<string, string> = {}) {
  const ended = new AbortController()
  const printed = Promise.withResolvers<string>()
  const opened: string[] = []
  const pause = (_ms: number, signal: AbortSignal) =>
    new Promise<void>((done) => signal.addEventListener('abort', () => done()))
  const result = runCli(['console', '--data-dir', folder, ...args], {
    ...{ env, interrupted: ended.signal, pause, onOutput: printed.resolve, onOpen: (url) => opened.push(url) },
  })
  const link =
    /^Console: (\S+)\n$/.exec(await Promise.race([printed.promise, result.then(({ stderr }) => stderr)]))?.[1] ?? ''
  const end = () => {
    ended.abort()
    return result
  }
  return { link, url: new URL(link).origin, opened, end }
}

/** The words that a shell makes of a command line. */
const inShell = (line: string): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${line}`])
    .toString()
    .split('\0')
    .slice(0, -1)

describe('rolecall console', () => {
  test('serves the page for the service it was given, opens it, and ends by Ctrl-C', async () => {
    const { link, url, opened, end } = await serve()
    expect(opened).toEqual([link])
    const session = await openSession(url, link)
    const { status, body } = await sendRaw(url, { target: '/console/api/session', headers: session })
    expect([status, JSON.parse(body)]).toEqual([
      200,
      expect.objectContaining({
        ...{ url: system.adminUrl, region: 'us-east-1', readOnly: false },
        ...{ command: './rolecall', commandOptions: ['--data-dir', folder] },
      }),
    ])
    expect(await sendRaw(url, { target: '/users/1' })).toMatchObject({ status: 200 })
    expect(await sendRaw(url, { target: '/favicon.ico' })).toMatchObject({ status: 404 })
    expect(await sendRaw(url, { target: '/admin/users', headers: session })).toMatchObject({ status: 404 })
    expect(await end()).toEqual({
      ...{ code: 0, stdout: `Console: ${link}` },
      stderr: `The link is good once, for 5 minutes. Ctrl-C ends the console of ${system.adminUrl}`,
    })
    await expect(sendRaw(url, {})).rejects.toThrow('ECONNREFUSED')
  })

  test('gives its link once: whoever comes later is told what to do', async () => {
    const { link, url, end } = await serve(['--no-open'])
    await openSession(url, link)
    const second = await sendRaw(url, { target: link.slice(url.length) })
    expect([second.status, second.headers['set-cookie']]).toEqual([303, undefined])
    const { status, body } = await sendRaw(url, { target: '/console/api/events', headers: { origin: url } })
    expect([status, JSON.parse(body).detail]).toEqual([
      ...[401, 'This page has no session: start rolecall console again: its link is good once, for 5 minutes'],
    ])
    await end()
  })

  test('reads only where it is told to, opens nothing where it is told not to, and begins in the account given', async () => {
    const { link, url, opened, end } = await serve(['--read-only', '--no-open', '--account', 'default'])
    expect(opened).toEqual([])
    const session = await openSession(url, link)
    const write = { method: 'POST', headers: { ...session, 'content-type': 'application/json' }, body: '{"name":"x"}' }
    const { status, body } = await sendRaw(url, { ...write, target: '/console/api/admin/accounts' })
    expect([status, JSON.parse(body).detail]).toEqual([403, 'This console only reads: start one without --read-only'])
    await end()
    const other = await serve(['--account', 'two', '--no-open'])
    expect(other.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?account=two&link=[\w-]{43}$/)
    const { headers } = await sendRaw(other.url, { target: other.link.slice(other.url.length) })
    expect(headers.location).toBe('/?account=two')
    await other.end()
  })

  test.each([
    ['an option', (url: string) => ({ args: ['--url', `${url}/scim/v2`] })],
    ['the environment', (url: string) => ({ env: { ROLECALL_URL: url } })],
  ])('says in each command which service it is for: named by %s', async (_by, naming) => {
    const { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = naming(system.adminUrl)
    const { link, url, end } = await serve(['--no-open', ...args], env)
    const { body } = await sendRaw(url, { target: '/console/api/session', headers: await openSession(url, link) })
    await end()
    const { commandOptions } = JSON.parse(body) as SessionAnswer
    expect(commandOptions).toEqual(['--url', system.adminUrl, '--data-dir', folder])
    const [, ...words] = inShell(`./rolecall ${commandLine(['user', 'list'], commandOptions)}`)
    expect(await runCli(words)).toMatchObject({ code: 0, stderr: 'There is no such user' })
  })

  test('takes the port it is given, and says when it is taken', async () => {
    const server = createServer()
    const { port } = new URL(await listenOnLoopback(server, 0))
    expect(await runCli(['console', '--data-dir', folder, '--port', port])).toEqual({
      ...{ code: 1, stdout: '', stderr: `Port ${port} is in use: choose another with --port, or 0 for any free one` },
    })
    await closeServer(server)
    const { link, end } = await serve(['--port', port, '--no-open'])
    expect(new URL(link).port).toBe(port)
    await end()
  })
})

describe('the browser', () => {
  test.each<[NodeJS.Platform, Record<string, string>, readonly string[] | undefined]>([
    ['linux', { DISPLAY: ':0' }, ['xdg-open']],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, ['xdg-open']],
    ['linux', {}, undefined],
    ['darwin', {}, ['open']],
    ['win32', {}, ['rundll32', 'url.dll,FileProtocolHandler']],
  ])('of %s with %j is shown an address by %j', (platform, env, expected) => {
    expect(openerOf(platform, env)).toEqual(expected)
  })

  test('that is not there is no failure', async () => {
    expect(openInBrowser('http://127.0.0.1/', ['no-such-program-anywhere'])).toBeUndefined()
    expect(openInBrowser('http://127.0.0.1/', [])).toBeUndefined()
    await new Promise((done) => setImmediate(done))
  })
})
