import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { playDemo, removeDemo } from '../../../local/demo/demo.ts'
import { runCli } from '../../factories/cli.ts'
import { withSystem } from '../../factories/system.ts'

const system = withSystem()
const folder = mkdtempSync(join(tmpdir(), 'rolecall-demo-'))
const told: string[] = []

beforeAll(async () => {
  const { signal } = new AbortController()
  await playDemo(system, { paceMs: 0, folder, tell: (line) => told.push(line), signal })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

async function rolecall(...args: string[]) {
  const { region, accessKeyId, secretAccessKey } = system.credentials
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey })
  return runCli([...args, '--url', system.adminUrl, '--region', region])
}

test('says each request with its status, scene by scene, and where the export is', () => {
  expect(told.filter((line) => !line.startsWith('  '))).toEqual([
    'Okta tests the connection and syncs eight people and three groups',
    "A user's life at Okta, as it was recorded",
    "A user's life at Entra, as it was recorded",
    'An ordinary day at Okta',
    'Entra meets a user who belongs to Okta, and is refused',
    'Somebody calls with a token that opens nothing',
    'An administrator changes somebody by hand',
    `That was all. For the drift report there is an export of Okta to drop on the console's page Drift: ${join(folder, 'demo-okta-export.csv')}`,
  ])
  const steps = told.filter((line) => line.startsWith('  '))
  expect(steps.length).toBeGreaterThan(50)
  expect(steps.filter((line) => !/^ {2}20[014] /.test(line))).toEqual([
    '  409 The same create again',
    '  404 Unknown from then on',
    '  409 Entra tries to create her',
    '  401 A token that was not pasted whole',
  ])
})

test('leaves what an auditor wants to see: a story, a refusal with its remedy, a refused token', async () => {
  const { stdout } = await rolecall('user', 'history', 'ada.lindqvist@example.com')
  expect(
    stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^\S+ +/, '')),
  ).toEqual([
    'Okta created user ada.lindqvist',
    'Okta created role Engineering with ada.lindqvist and 3 others',
    'Okta added ada.lindqvist to role On call',
    'Okta changed title of ada.lindqvist',
    'Okta removed ada.lindqvist from role On call',
  ])
  const asked = ['--last', '5m', '--integration', 'AZURE_PROVISIONING', '--status', '409', '--output', 'json']
  const refused = JSON.parse((await rolecall('event-history', ...asked)).stdout)
  expect(refused.map(({ DETAILS }: { DETAILS: string }) => JSON.parse(DETAILS).advice)).toEqual([
    expect.stringMatching(
      /OKTA_PROVISIONER.*rolecall ownership transfer --user ada\.lindqvist@example\.com --to AAD_PROVISIONER/,
    ),
  ])
  const turnedAway = JSON.parse(
    (await rolecall('event-history', '--last', '5m', '--status', '401', '--output', 'json')).stdout,
  )
  expect(turnedAway.map(({ HTTP_STATUS }: { HTTP_STATUS: number }) => HTTP_STATUS)).toEqual([401])
})

test('leaves a drift that the report finds, and nothing else', async () => {
  const file = join(folder, 'demo-okta-export.csv')
  const { code, stdout } = await rolecall(
    'drift',
    '--users',
    file,
    '--integration',
    'OKTA_PROVISIONING',
    '--output',
    'json',
  )
  expect(code).toBe(3)
  const { differences } = JSON.parse(stdout)
  expect(differences.map(({ class: kind, name }: { class: string; name: string }) => [kind, name]).sort()).toEqual([
    ['active', 'bo.chen@example.com'],
    ['direct', 'dara.okafor@example.com'],
    ['missing-here', 'jun.park@example.com'],
  ])
})

test('takes its export away, and ends when it is told to', async () => {
  removeDemo(folder)
  expect(readdirSync(folder)).toEqual([])
  const lines: string[] = []
  await playDemo(system, { paceMs: 0, folder, tell: (line) => lines.push(line), signal: AbortSignal.abort() })
  expect([lines, readdirSync(folder)]).toEqual([[], []])
})
