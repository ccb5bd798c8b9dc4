import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import type { ChangeEvent } from '../../shared/resources/feed/change-event.ts'
import { type CliOptions, runCli } from '../factories/cli.ts'
import { newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()
let folder: string

const changes = (args: string[], options: CliOptions = {}) =>
  runCli(['changes', ...args, '--data-dir', folder], options)
const namesIn = (stdout: string): string[] =>
  stdout.split('\n').flatMap((line) => (line ? [(JSON.parse(line) as ChangeEvent).object.name] : []))

async function createUser(name: string): Promise<void> {
  const headers = {
    authorization: `Bearer ${system.tokens.OKTA_PROVISIONING}`,
    'content-type': 'application/scim+json',
  }
  const body = JSON.stringify(newUser(name))
  expect((await fetch(`${system.baseUrl}/Users`, { method: 'POST', headers, body })).status).toBe(201)
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-changes-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('rolecall changes', () => {
  test('shows what there is as JSON lines, and goes on behind it', async () => {
    await createUser('first')
    const first = await changes(['--after', 'oldest'])
    expect([first.code, namesIn(first.stdout)]).toEqual([0, ['first']])
    expect((await changes(['--after', 'oldest', '--output', 'json'])).stdout).toBe(first.stdout)
    const [, cursor = ''] = /--after ([\w-]+)/.exec(first.stderr) ?? []
    await createUser('second')
    expect(namesIn((await changes(['--after', cursor])).stdout)).toEqual(['second'])
  })

  test('keeps its cursor in a file, behind each block of lines', async () => {
    const file = join(folder, 'kept.cursor')
    expect((await changes(['--cursor-file', file])).code).toBe(0)
    await changes(['--cursor-file', file])
    await createUser('kept')
    expect(namesIn((await changes(['--cursor-file', file])).stdout)).toEqual(['kept'])
    expect(namesIn((await changes(['--cursor-file', file])).stdout)).toEqual([])
    expect(readFileSync(file, 'utf8')).toMatch(/^[\w-]{11,}\n$/)
  })

  test('follows until it is interrupted, and is done then', async () => {
    const file = join(folder, 'followed.cursor')
    await changes(['--cursor-file', file])
    await changes(['--cursor-file', file])
    const controller = new AbortController()
    const options = { interrupted: controller.signal, onOutput: () => controller.abort() }
    const following = changes(['--follow', '--cursor-file', file], options)
    await createUser('followed')
    const { code, stdout, stderr } = await following
    expect([code, namesIn(stdout), stderr]).toEqual([0, ['followed'], ''])
    expect(namesIn((await changes(['--cursor-file', file])).stdout)).toEqual([])
  })

  test.each([
    [
      ['--after', 'a b'],
      2,
      '--after "a b": expected the cursor of an earlier call, or oldest\nSee "./rolecall changes --help"',
    ],
    [['--after', 'AAAA'], 1, 'Cannot read after: expected the "cursor" of an earlier answer, or "oldest" (400)'],
  ])('refuses %j', async (args, code, stderr) => {
    expect(await changes(args)).toEqual({ code, stdout: '', stderr })
  })

  test('refuses a file without a cursor, and two cursors', async () => {
    const file = join(folder, 'other.cursor')
    writeFileSync(file, 'no cursor at all\n')
    const said = `There is no cursor in ${file}: name a new file, or the one of an earlier call`
    expect(await changes(['--cursor-file', file])).toEqual({ code: 1, stdout: '', stderr: said })
    writeFileSync(file, 'AAAA\n')
    const { code, stderr } = await changes(['--cursor-file', file, '--after', 'oldest'])
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      `--after and a cursor in ${file} contradict each other: remove the one or the other`,
    ])
  })
})
