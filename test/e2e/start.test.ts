import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type LocalCredentials, listLocalCredentials } from '../../local/credentials.ts'
import { startEngine } from '../../local/engine/engine.ts'
import { signRequest } from '../../shared/auth/sigv4.ts'
import { runCli } from '../factories/cli.ts'
import { descendantsOf, untilGone } from './process-tree.ts'
import { engineOf, launch, type Ready, type Started, scratchFolder, startProcess } from './start.ts'

const GONE_MS = 8000
/** Starting takes a few seconds, on a busy machine many. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 30_000 })

let folder: ReturnType<typeof scratchFolder>
const started: Started[] = []
beforeEach(() => {
  folder = scratchFolder()
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((system) => system.end('SIGKILL')))
  folder.remove()
})

const start = async (...args: string[]) => {
  const system = await startProcess(folder.path, args)
  started.push(system)
  return system
}

const headers = ({ tokens }: Ready) => ({
  authorization: `Bearer ${tokens.OKTA_PROVISIONING}`,
  'content-type': 'application/scim+json',
})
const listUsers = async (ready: Ready) => {
  const response = await fetch(`${ready.baseUrl}/Users`, { headers: headers(ready) })
  return (await response.json()) as { totalResults: number; Resources: { userName: string }[] }
}
const createUser = (ready: Ready, userName: string) =>
  fetch(`${ready.baseUrl}/Users`, {
    method: 'POST',
    headers: headers(ready),
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName }),
  })

test('says where it is and how to begin, and SIGTERM takes everything back, the engine included', async () => {
  const system = await start('--memory')
  const { ready, readyFile } = system
  const address = /^http:\/\/127\.0\.0\.1:\d+/.exec(ready.baseUrl)?.[0]
  const token = expect.stringMatching(/^rolecall_[0-9A-Za-z_]+$/)
  expect(ready).toEqual({
    baseUrl: `${address}/scim/v2`,
    adminUrl: address,
    consoleUrl: expect.stringMatching(new RegExp(`^${address}/\\?link=[\\w-]{43}$`)),
    tokens: { OKTA_PROVISIONING: token, AZURE_PROVISIONING: token, GENERIC_PROVISIONING: token },
    withoutToken: {},
    credentialsFile: join(folder.path, 'credentials.json'),
    dynamodbEndpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    pid: system.process.pid,
  })
  expect(statSync(readyFile).mode & 0o777).toBe(0o600)
  for (const text of [ready.baseUrl, ...Object.values(ready.tokens), './rolecall event-history --last 5m']) {
    expect(system.output()).toContain(text)
  }
  pasteCurlLine(system)
  expect((await listUsers(ready)).totalResults).toBe(1)
  await openAdminRoutes(ready)
  const family = descendantsOf(ready.pid)
  expect(family).not.toEqual([])
  expect(await system.end('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await untilGone(family, GONE_MS)).toEqual([])
  expect([existsSync(readyFile), listLocalCredentials(folder.path)]).toEqual([false, []])
})

/** The line on the terminal creates a user when it is pasted into a shell. */
function pasteCurlLine(system: Started): void {
  const line = /^\s*(curl .*)$/m.exec(system.output())?.[1] ?? ''
  const { stdout, status } = spawnSync('sh', ['-c', line], { encoding: 'utf8' })
  expect([status, JSON.parse(stdout)]).toMatchObject([0, { userName: expect.stringMatching(/^ada-/) }])
}

/** The key in the data folder is private and opens what is closed without it. */
async function openAdminRoutes(ready: Ready): Promise<void> {
  expect(statSync(join(folder.path, 'credentials.json')).mode & 0o777).toBe(0o600)
  const { adminUrl, region, accessKeyId, secretAccessKey } = requireCredentials()
  expect(adminUrl).toBe(ready.adminUrl)
  const url = `${adminUrl}/admin/integrations`
  const credentials = { accessKeyId, secretAccessKey }
  const signed = await signRequest({ method: 'GET', url, service: 'execute-api', region, credentials })
  expect([(await fetch(url, { headers: signed })).status, (await fetch(url)).status]).toEqual([200, 403])
}

function requireCredentials(): LocalCredentials {
  const [credentials] = listLocalCredentials(folder.path)
  if (!credentials) throw new Error('The system wrote no credentials')
  return credentials
}

test('a SIGTERM of npm ends what npm start has started', async () => {
  const { system, family } = await startByNpm()
  await system.end('SIGTERM')
  expect(await untilGone(family, GONE_MS)).toEqual([])
})

/** A system as people start it, and every process from npm down to the engine. */
async function startByNpm() {
  const system = await startProcess(folder.path, [], { npm: true })
  started.push(system)
  const npm = system.process.pid ?? 0
  const engine = engineOf(join(folder.path, 'data'))
  const family = [npm, ...descendantsOf(npm)]
  expect(family).toEqual(expect.arrayContaining([system.ready.pid, engine]))
  return { system, npm, engine, family }
}
type ByNpm = Awaited<ReturnType<typeof startByNpm>>

test.each<[string, (run: ByNpm) => number[]]>([
  ['npm', ({ npm }) => [npm]],
  ['the system', ({ system }) => [system.ready.pid]],
  ['the engine', ({ engine }) => [engine]],
  ['npm and the system at once', ({ npm, system }) => [npm, system.ready.pid]],
  ['everything but the engine at once', ({ family, engine }) => family.filter((pid) => pid !== engine)],
])('a kill -9 of %s ends all of it and frees the data', async (_name, victims) => {
  const run = await startByNpm()
  for (const pid of victims(run)) process.kill(pid, 'SIGKILL')
  expect(await untilGone(run.family, GONE_MS)).toEqual([])
  const next = await startEngine({ dataDir: join(folder.path, 'data') })
  await next.stop()
})

test('a signal while it is still starting stops it too', async () => {
  const { process: child } = launch(folder.path, ['--memory'])
  let family: number[] = []
  while (family.length === 0) {
    await new Promise((done) => setTimeout(done, 20))
    family = descendantsOf(child.pid ?? 0)
  }
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(await untilGone(family, GONE_MS)).toEqual([])
})

test('data and tokens survive a restart and a kill -9, and a dead lock is taken over', async () => {
  mkdirSync(join(folder.path, 'data'))
  writeFileSync(join(folder.path, 'data', 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }))
  const first = await start()
  expect((await createUser(first.ready, 'ada@example.com')).status).toBe(201)
  await refuseSecond(first)
  const family = descendantsOf(first.ready.pid)
  expect(await first.end('SIGINT')).toEqual({ code: 0, signal: null })
  expect(await untilGone(family, GONE_MS)).toEqual([])

  const second = await start()
  expect((await listUsers(second.ready)).Resources.map(({ userName }) => userName)).toEqual(['ada@example.com'])
  expect((await createUser(second.ready, 'bob@example.com')).status).toBe(201)
  await second.end('SIGKILL')

  const third = await start()
  expect((await listUsers(third.ready)).totalResults).toBe(2)
  expect([second.ready.tokens, third.ready.tokens]).toEqual([first.ready.tokens, first.ready.tokens])
  expect(statSync(join(folder.path, 'tokens.json')).mode & 0o777).toBe(0o600)
  await keepApart(third)
  await third.end('SIGTERM')

  const fourth = await start('--new-tokens')
  const old = { ...fourth.ready, tokens: first.ready.tokens }
  expect((await fetch(`${old.baseUrl}/Users`, { headers: headers(old) })).status).toBe(401)
  expect((await listUsers(fourth.ready)).totalResults).toBe(2)
})

/** A system in memory with the same folder has tokens and a key of its own; the CLI finds each. */
async function keepApart(disk: Started): Promise<void> {
  const files = () => ['credentials.json', 'tokens.json'].map((name) => readFileSync(join(folder.path, name), 'utf8'))
  const before = files()
  const memory = await startProcess(folder.path, ['--memory'], { readyFile: join(folder.path, 'memory.json') })
  started.push(memory)
  expect(files()).toEqual(before)
  expect(memory.ready.tokens.OKTA_PROVISIONING).not.toBe(disk.ready.tokens.OKTA_PROVISIONING)
  const where = `--url ${memory.ready.adminUrl} --data-dir ${folder.path}`
  expect(memory.output()).toContain(`./rolecall event-history --last 5m --limit 200 ${where}\n`)
  const users = async (...args: string[]) => {
    const { stdout } = await runCli(['user', 'list', '--output', 'json', '--data-dir', folder.path, ...args])
    return JSON.parse(stdout).length
  }
  expect([await users(), await users('--url', memory.ready.adminUrl)]).toEqual([2, 0])
  await memory.end('SIGTERM')
  expect(files()).toEqual(before)
}

test('what was kept is no condition: a start without it, or with something broken, makes it anew', async () => {
  const first = await start()
  await first.end('SIGTERM')
  writeFileSync(join(folder.path, 'tokens.json'), '{"OKTA_PROVISIONING":')
  const second = await start()
  expect((await listUsers(second.ready)).totalResults).toBe(0)
  expect(second.ready.tokens.OKTA_PROVISIONING).not.toBe(first.ready.tokens.OKTA_PROVISIONING)
})

/** Another system on the same data says who has it, and the first goes on. */
async function refuseSecond(first: Started): Promise<void> {
  const second = launch(folder.path, [], { readyFile: join(folder.path, 'second.json') })
  const [code] = await once(second.process, 'close')
  const data = join(folder.path, 'data')
  expect([code, second.output()]).toEqual([
    1,
    `The data folder ${data} is in use by the system with process id ${first.ready.pid}: stop that one, or choose --memory\n`,
  ])
  expect((await listUsers(first.ready)).totalResults).toBe(1)
  expect(listLocalCredentials(folder.path).map(({ adminUrl }) => adminUrl)).toEqual([first.ready.adminUrl])
}

test('a port that is taken is told in one line', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const taken = launch(folder.path, ['--memory', '--port', String(port)])
  const [code] = await once(taken.process, 'close')
  expect([code, taken.output()]).toEqual([
    1,
    `Port ${port} is in use: choose another with --port, or 0 for any free one\n`,
  ])
  server.close()
})

test.each([
  [['--port', 'abc'], /^--port "abc": expected a whole number from 0 to 65535\nSee "npm start -- --help"\n$/],
  [['--prot', '1'], /^Unknown option '--prot'.*\nSee "npm start -- --help"\n$/],
  [['--data-dir'], /^Option '--data-dir <value>' argument missing\nSee "npm start -- --help"\n$/],
])('%j is refused with exit code 2 and where the help is', async (args, said) => {
  const wrong = launch(folder.path, args)
  expect(await once(wrong.process, 'close')).toEqual([2, null])
  expect(wrong.output()).toMatch(said)
})
