import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listLocalCredentials } from '../../local/credentials.ts'
import type { LocalRegion } from '../../local/regions/local-regions.ts'
import { signRequest } from '../../shared/auth/sigv4.ts'
import { runCli } from '../factories/cli.ts'
import { commandsOf, REGIONS_GUIDE } from '../factories/guide.ts'
import { descendantsOf, untilGone } from './process-tree.ts'
import { type Started, scratchFolder, startProcess } from './start.ts'

const GONE_MS = 8000
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

// One system for all tests, which go on from each other: it takes some seconds to start.
const folder = scratchFolder()
let system: Started
let [home, other] = [] as unknown as [LocalRegion, LocalRegion]
beforeAll(async () => {
  system = await startProcess(folder.path, ['--memory', '--regions', '2', '--lag', '100ms'])
  const { regions = [] } = system.ready
  ;[home, other] = regions as [LocalRegion, LocalRegion]
})
afterAll(async () => {
  await system.end('SIGKILL')
  folder.remove()
})

const eventually = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 60_000, interval: 50 })

const headers = () => ({
  authorization: `Bearer ${system.ready.tokens.OKTA_PROVISIONING}`,
  'content-type': 'application/scim+json',
})
const get = (baseUrl: string, path: string) => fetch(`${baseUrl}${path}`, { headers: headers() })
const create = (baseUrl: string, userName: string) =>
  fetch(`${baseUrl}/Users`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName }),
  })

interface ControlAnswer {
  message?: string
  regions?: object[]
  links: { cut: boolean; waiting: number }[]
}

/** Asks what npm start serves beside the system, signed with its key. */
async function control(path: string, body?: object) {
  const [credentials] = listLocalCredentials(folder.path)
  if (!credentials) throw new Error('The system wrote no credentials')
  const { region, accessKeyId, secretAccessKey } = credentials
  const url = `${system.ready.adminUrl}/local/regions${path}`
  const request = { method: body ? 'POST' : 'GET', ...(body && { body: JSON.stringify(body) }) }
  const key = { accessKeyId, secretAccessKey }
  const signed = await signRequest({ ...request, url, service: 'execute-api', region, credentials: key })
  const response = await fetch(url, { ...request, headers: signed })
  return { status: response.status, body: (await response.json()) as ControlAnswer }
}

test('says where both regions are, who is primary, and how items travel', () => {
  const address = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)
  const region = { adminUrl: address, dynamodbEndpoint: address, tableName: 'rolecall' }
  expect(system.ready.regions).toEqual([
    { ...region, name: 'eu-central-1', baseUrl: `${home.adminUrl}/scim/v2`, primary: true },
    { ...region, name: 'eu-west-1', baseUrl: `${other.adminUrl}/scim/v2`, primary: false },
  ])
  const { adminUrl } = system.ready
  expect(system.output()).toContain(
    `Two regions; ${adminUrl} leads to the primary one, and items reach the other after 0.1 s, give or take half of it:`,
  )
})

test('what the primary writes is in the other region after a while, under the address of both, with the same token', async () => {
  const created = await create(system.ready.baseUrl, 'ada')
  const user = (await created.json()) as { id: string; meta: object }
  const location = `${system.ready.baseUrl}/Users/${user.id}`
  expect([created.status, created.headers.get('location')]).toEqual([201, location])
  const found = await eventually(async () => {
    const response = await get(other.baseUrl, `/Users/${user.id}`)
    expect(response.status).toBe(200)
    return response.json()
  })
  expect(found).toEqual(user)
  const refused = await create(other.baseUrl, 'eve')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30'])
  const there = ['--url', other.adminUrl, '--data-dir', folder.path]
  expect(await runCli(['user', 'show', 'ada', ...there])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('ada'),
  })
  const { stdout } = await runCli(['whoami', '--output', 'json', ...there])
  const region = { own: other.name, primary: home.name, all: [home.name, other.name] }
  expect(JSON.parse(stdout)).toMatchObject({ account: 'default', region })
})

test('a cut link holds back what is written until it is healed', async () => {
  const cut = await control('/link', { cut: true })
  expect(cut).toMatchObject({ status: 200, body: { links: [{ cut: true }, { cut: true }], lagMs: 100 } })
  const { id } = (await (await create(system.ready.baseUrl, 'bob')).json()) as { id: string }
  expect((await get(other.baseUrl, `/Users/${id}`)).status).toBe(404)
  const { body } = await control('')
  expect(body.links[0]).toEqual({ from: home.name, to: other.name, cut: true, waiting: expect.any(Number) })
  expect(body.links[0]?.waiting).toBeGreaterThan(0)
  await control('/link', { cut: false, from: other.name, to: home.name })
  expect((await control('')).body.links).toMatchObject([{ cut: true }, { cut: false }])
  await control('/link', { cut: false })
  await eventually(async () => expect((await get(other.baseUrl, `/Users/${id}`)).status).toBe(200))
})

test('who does not sign may not touch the regions, and what cannot be done is said', async () => {
  const url = `${system.ready.adminUrl}/local/regions/link`
  const unsigned = await fetch(url, { method: 'POST', body: '{"cut": true}' })
  expect([unsigned.status, await unsigned.json()]).toEqual([
    403,
    { message: 'Sign the request with the key of this system' },
  ])
  const refusals = await Promise.all([
    control('/mars', { lost: true }),
    control('/link', { cut: true, from: home.name }),
    control('/link', { cut: true, from: home.name, to: 'mars' }),
    control('/link', { cut: 'yes' }),
    control('/eu-west-1', { gone: true }),
    control('/link'),
  ])
  expect(refusals.map(({ status, body }) => [status, body.message])).toEqual([
    [404, 'There is no region "mars": eu-central-1 and eu-west-1 run here'],
    [400, 'One direction of the link has "from" and "to"'],
    [404, 'There is no region "mars": eu-central-1 and eu-west-1 run here'],
    [400, 'The body cannot be read: expected {"cut": true}'],
    [400, 'The body cannot be read: expected {"lost": true}'],
    [404, 'There is no GET /local/regions/link'],
  ])
})

/** They exit with 3 where something is to be done. */
const FINDS = /^(health$|failover re(port|pair))/

test('every command of the guide works', async () => {
  const on = ['--data-dir', folder.path]
  const run = (line: string) => runCli([...line.split(' '), ...on], { answer: () => other.name })
  const primary = async () => {
    const [, away] = JSON.parse((await run('failover status --output json')).stdout)
    return away.primaryOf.length > 0 ? other.name : home.name
  }
  // The guide begins anew with each of its sections.
  const needed: [RegExp, LocalRegion][] = [
    [/^failover promote eu-west-1/, home],
    [/^failover (failback|fence eu-central-1)/, other],
  ]
  const commands = commandsOf(REGIONS_GUIDE).filter((line) => !line.includes('--table'))
  expect(commands.length).toBeGreaterThan(10)
  for (const line of commands) {
    const [, from] = needed.find(([pattern]) => pattern.test(line)) ?? []
    if (from && (await primary()) !== from.name) await run(`failover promote ${from.name} --planned`)
    const { code, stderr } = await run(line)
    // A user of two regions is not silent for long.
    expect([line, code, code === 0 ? '' : stderr]).toEqual([
      line,
      FINDS.test(line) ? expect.anything() : 0,
      expect.anything(),
    ])
  }
  if ((await primary()) !== home.name) await run('failover failback')
  await eventually(async () => expect((await create(system.ready.baseUrl, 'back')).status).toBe(201))
})

test('with the primary lost the address leads nowhere, until the other is primary; the old one comes back fenced', async () => {
  await control(`/${home.name}`, { lost: true })
  for (const url of [home.baseUrl, system.ready.baseUrl])
    await expect(get(url, '/Users')).rejects.toThrow('fetch failed')
  const on = ['--data-dir', folder.path]
  const planned = await runCli(['failover', 'promote', other.name, '--planned', ...on])
  expect([planned.code, planned.stderr]).toEqual([
    1,
    `The table of ${home.name} does not answer: nothing can be handed over. Where that region is lost, promote ${other.name} with --unplanned`,
  ])
  const status = await runCli(['failover', 'status', ...on])
  expect([status.code, status.stdout]).toEqual([3, expect.stringContaining('does not answer')])
  const promoted = await runCli(['failover', 'promote', other.name, '--unplanned', '--yes', ...on])
  expect([promoted.code, promoted.stderr]).toEqual([
    0,
    expect.stringMatching(
      /the last sign of eu-central-1 is of 20.*\naccount default: eu-west-1 is primary, epoch \d+\n/s,
    ),
  ])
  await eventually(async () => expect((await create(system.ready.baseUrl, 'cyd')).status).toBe(201))
  const ready = JSON.parse(readFileSync(system.readyFile, 'utf8'))
  expect(ready).toEqual({
    ...system.ready,
    regions: [
      { ...home, primary: false },
      { ...other, primary: true },
    ],
  })
  expect(system.output()).toContain(`${system.ready.adminUrl} leads to ${other.name} now.`)
  const back = await control(`/${home.name}`, { lost: false })
  expect(back).toMatchObject({ status: 200, body: { regions: [{ lost: false, primary: false }, { primary: true }] } })
  await eventually(async () => {
    const list = await get(home.baseUrl, '/Users?filter=userName%20eq%20%22cyd%22')
    expect(await list.json()).toMatchObject({ totalResults: 1 })
  })
  await eventually(async () => expect((await create(home.baseUrl, 'eve')).status).toBe(503))
})

test('SIGTERM ends all of it', async () => {
  const family = descendantsOf(system.ready.pid)
  expect(family).toHaveLength(4)
  expect(await system.end('SIGTERM')).toEqual({ code: 0, signal: null })
  expect([await untilGone(family, GONE_MS), listLocalCredentials(folder.path)]).toEqual([[], []])
})
