import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { runCli } from '../factories/cli.ts'
import { newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  const { accessKeyId, secretAccessKey } = system.credentials
  writeLocalCredentials(system.adminUrl, { accessKeyId, secretAccessKey }, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

const rolecall = (...args: string[]) => runCli([...args, '--data-dir', folder])

async function scim(token: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  const response = await fetch(`${system.baseUrl}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: text && JSON.parse(text) }
}

test('a brake is set, stops its client, tells administrators what to do, and is released', async () => {
  const stop = ['--brake', 'stop', '--brake-objects', '1', '--brake-share', '0']
  const created = await rolecall('integration', 'create', 'BRAKED', '--kind', 'GENERIC', ...stop)
  expect(created.stdout).toMatch(/^Brake +stop past 1 objects an hour, or 0 %$/m)
  const token = (await rolecall('token', 'issue', 'BRAKED')).stdout.split('\n')[0] ?? ''
  const ids: string[] = []
  for (const name of ['one', 'two', 'three']) ids.push((await scim(token, 'POST', '/Users', newUser(name))).body.id)
  expect((await scim(token, 'DELETE', `/Users/${ids[0]}`)).status).toBe(204)
  const refused = await scim(token, 'DELETE', `/Users/${ids[1]}`)
  expect(refused).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) })
  expect(refused.body.detail).toMatch(/"rolecall integration release BRAKED --for 1h"$/)
  const told = await rolecall('event-history', '--type', 'ADMIN', '--method', 'NOTICE', '--output', 'json')
  expect(JSON.parse(told.stdout)).toMatchObject([
    { ENDPOINT: 'notice/brake', ACTOR_NAME: 'rolecall', ACTOR_DOMAIN: 'ROLECALL', RESOURCE_NAME: 'BRAKED' },
  ])
  const released = await rolecall('integration', 'release', 'braked', '--for', '1h')
  expect(released.stdout).toMatch(/^Brake released until +none → \d{4}-/m)
})

test('options of the brake that contradict each other, or say nothing, are usage errors', async () => {
  const release = (...args: string[]) => rolecall('integration', 'release', 'BRAKED', ...args)
  expect(await release()).toMatchObject({ code: 2, stderr: expect.stringContaining('Name a time: --for 1h') })
  expect(await release('--for', '1h', '--end')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--for and --end contradict each other'),
  })
  expect(await rolecall('integration', 'alter', 'BRAKED', '--brake', 'halt')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected one of warn, stop, off'),
  })
})
