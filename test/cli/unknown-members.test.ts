import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { runCli } from '../factories/cli.ts'
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
const settingOf = async (name: string) =>
  JSON.parse((await rolecall('integration', 'describe', name, '--output', 'json')).stdout).unknownMembers

test('--unknown-members is said at creation and changed later; another word is a usage error that names the option', async () => {
  await rolecall('integration', 'create', 'STRICT', '--kind', 'OKTA', '--unknown-members', 'refuse')
  expect(await settingOf('STRICT')).toBe('refuse')
  const shown = await rolecall('integration', 'alter', 'STRICT', '--unknown-members', 'skip')
  expect([shown.code, await settingOf('STRICT')]).toEqual([0, 'skip'])
  expect(shown.stdout).toContain('Unknown members  refuse → skip\n')
  const wrong = await rolecall('integration', 'alter', 'STRICT', '--unknown-members', 'ignore')
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('unknown-members')])
  expect(wrong.stderr).toContain('expected one of refuse, skip')
})
