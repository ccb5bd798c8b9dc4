import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findingsAmong } from '../../cli/commands/token-check.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { isTokenId, parseToken } from '../../shared/auth/token.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import type { ListedToken } from '../../shared/resources/views/token.ts'
import { adminContext } from '../factories/admin.ts'
import { runCli } from '../factories/cli.ts'
import { withSystem } from '../factories/system.ts'

const DAY_MS = 86_400_000
const system = withSystem()
let folder: string

const rolecall = (...args: string[]) => runCli([...args, '--data-dir', folder])
const captured = (...args: string[]) => runCli([...args, '--data-dir', folder], { isPerson: false })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-tokens-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** An account of its own with an integration and the tokens asked for, by how many days ago they were made. */
async function enter(account: string, ...daysAgo: number[]): Promise<string[]> {
  await createIntegration(adminContext(system.db, { account }), { name: 'OKTA', clientKind: 'OKTA' })
  const ids = []
  for (const days of daysAgo) {
    const now = new Date(Date.now() - days * DAY_MS)
    const { tokenId } = await issueToken(adminContext(system.db, { account, now }), {
      integration: 'OKTA',
      name: `t${days}`,
    })
    ids.push(tokenId)
  }
  return ids
}

describe('rolecall token issue', () => {
  test('makes one for less than six months, by a span, a day or an instant', async () => {
    await enter('lives')
    const issue = async (...args: string[]) => {
      const { stdout } = await captured('token', 'issue', 'OKTA', '--account', 'lives', '--output', 'json', ...args)
      return JSON.parse(stdout).expiresAt
    }
    const now = Date.now()
    const bySpan = Date.parse(await issue('--life', '30d')) - now
    expect(bySpan).toBeGreaterThanOrEqual(30 * DAY_MS)
    expect(bySpan).toBeLessThan(30 * DAY_MS + 60_000)
    const day = new Date(now + 20 * DAY_MS).toISOString().slice(0, 10)
    expect(await issue('--expires', day)).toBe(new Date(Date.parse(day) + DAY_MS).toISOString())
    expect(await issue('--expires', `${day}T12:00:00+02:00`)).toBe(`${day}T10:00:00.000Z`)
  })

  test.each([
    [['--life', 'long'], '--life "long": expected a number and s, m, h or d, such as 5m'],
    [
      ['--expires', '31.12.2026'],
      '--expires "31.12.2026": expected a day such as 2026-12-31 or an instant such as 2026-12-31T12:00:00Z',
    ],
    [['--life', '1d', '--expires', '2026-12-31'], '--life and --expires contradict each other: give one of them'],
  ])('refuses %j before anything is sent', async (args, message) => {
    const { code, stderr } = await rolecall('token', 'issue', 'OKTA', ...args)
    expect({ code, stderr: stderr.split('\n')[0] }).toEqual({ code: 2, stderr: message })
  })
})

describe('rolecall token rotate, rename and revoke --all', () => {
  test('give a script the new token and nothing else, and a person both ends', async () => {
    const [old = ''] = await enter('rotating', 10)
    const on = ['--account', 'rotating']
    const rotated = await captured('token', 'rotate', old, '--overlap', '2d', ...on)
    const id = parseToken(rotated.stdout)?.tokenId ?? ''
    expect({ code: rotated.code, isNew: isTokenId(id) && id !== old }).toEqual({ code: 0, isNew: true })
    expect(rotated.stderr).toMatch(/The old token "t10" goes on until \d{4}-/)
    const again = await rolecall('token', 'rotate', old, ...on)
    expect(again).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: `Cannot rotate the token: it was rotated already, to ${id}: rotate that one (409)`,
    })
    const path = join(folder, 'next.token')
    const written = await rolecall('token', 'rotate', id, '--output-file', path, '--name', 'third', ...on)
    expect(written).toMatchObject({ code: 0, stdout: '' })
    expect(parseToken(readFileSync(path, 'utf8').trimEnd())).toBeDefined()
    expect((await rolecall('token', 'rename', id, 'second', ...on)).stdout).toBe(`Renamed ${id} to "second"`)
    const { stdout } = await rolecall('token', 'list', ...on, '--output', 'csv')
    expect(stdout.split('\r\n')[0]).toBe(
      '"INTEGRATION","ID","NAME","STATUS","DAYS LEFT","EXPIRES","LAST USED","USED FROM","CREATED","CREATED BY"',
    )
    expect(stdout.match(/^"OKTA","\w+","(?:t10|second|third)","live"/gm)).toHaveLength(3)
    const dry = await rolecall('token', 'revoke', '--all', 'okta', '--dry-run', ...on)
    expect(dry).toMatchObject({ code: 0, stderr: 'Nothing was changed' })
    expect(dry.stdout.match(/^Would revoke \w{22}$/gm)).toHaveLength(3)
    const ended = await rolecall('token', 'revoke', '--all', 'okta', ...on)
    expect({ code: ended.code, lines: ended.stdout.split('\n').length }).toEqual({ code: 0, lines: 3 })
    expect(await rolecall('token', 'revoke', '--all', 'okta', ...on)).toEqual({
      ...{ code: 0, stdout: '', stderr: 'There was no live token' },
    })
  })

  test('take no whole token (S2)', async () => {
    const { stdout: token } = await captured('token', 'issue', 'GENERIC_PROVISIONING')
    for (const args of [
      ['rotate', token],
      ['rename', token, 'x'],
    ]) {
      const refused = await rolecall('token', ...args)
      expect({ code: refused.code, told: refused.stderr.includes(token) }).toEqual({ code: 2, told: false })
    }
  })
})

describe('rolecall token check', () => {
  test('exits with 0 where no token ends soon', async () => {
    await enter('calm', 10)
    expect(await rolecall('token', 'check', '--account', 'calm')).toEqual({
      ...{ code: 0, stdout: '', stderr: 'No token expires within 30 days' },
    })
    expect(await captured('token', 'check', '--account', 'calm', '--output', 'json')).toMatchObject({
      ...{ code: 0, stdout: '[]' },
    })
  })

  test('exits with 3 and says which one ends, and what to do', async () => {
    const [, old = ''] = await enter('soon', 10, 170)
    const checked = await rolecall('token', 'check', 'OKTA', '--account', 'soon')
    expect(checked.code).toBe(3)
    expect(checked.stdout).toMatch(new RegExp(`\nOKTA +${old} +t170 +expires `))
    expect(checked.stderr).toBe(`Next: ./rolecall token rotate ${old} --account soon --data-dir ${folder}`)
    expect((await rolecall('token', 'check', 'OKTA', '--account', 'soon', '--days', '5')).code).toBe(0)
  })

  test('exits with 3 where the last token has ended, also by an administrator, but of one that is disabled', async () => {
    const [ended = ''] = await enter('late', 200)
    const checked = await captured('token', 'check', '--account', 'late', '--output', 'json')
    expect(checked.code).toBe(3)
    expect(JSON.parse(checked.stdout)).toMatchObject([{ tokenId: ended, finding: 'expired, and there is no other' }])
    const [revoked = ''] = await enter('left', 10)
    await revokeToken(adminContext(system.db, { account: 'left' }), revoked)
    const left = await captured('token', 'check', '--account', 'left', '--output', 'json')
    expect([left.code, JSON.parse(left.stdout)]).toMatchObject([
      3,
      [{ tokenId: revoked, finding: 'revoked, and there is no other' }],
    ])
    const disabled = await rolecall('integration', 'alter', 'OKTA', '--enabled', 'false', '--account', 'left')
    expect(disabled.code).toBe(0)
    expect((await rolecall('token', 'check', '--account', 'left')).code).toBe(0)
  })

  test('fails with 1 for an integration that is not there', async () => {
    expect((await rolecall('token', 'check', 'NOBODY')).code).toBe(1)
  })
})

describe('findingsAmong()', () => {
  const token = (integration: string, status: ListedToken['status'], daysLeft = 0): ListedToken => ({
    ...{ tokenId: `${integration}${daysLeft}`, name: 'n', integration, createdBy: 'a', createdAt: '' },
    ...{ expiresAt: `2026-09-${String(daysLeft + 1).padStart(2, '0')}`, status, daysLeft, usedFrom: [] },
  })

  test.each([
    ['nothing among none', [], []],
    ['the days below the bound', [token('A', 'live', 6), token('A', 'live', 7)], ['A6 expires']],
    ['the earliest first', [token('A', 'live', 6), token('B', 'live', 2)], ['B2 expires', 'A6 expires']],
    ['no ended token beside a live one', [token('A', 'expired'), token('A', 'live', 20)], []],
    ['the last of an integration that has none', [token('A', 'expired')], ['A0 expired, and there is no other']],
    ['one that was revoked', [token('A', 'revoked')], ['A0 revoked, and there is no other']],
    ['one that is rejected', [token('A', 'rejected')], ['A0 rejected, and there is no other']],
  ])('finds %s', (_name, tokens, expected) => {
    expect(findingsAmong(tokens, 7).map(({ tokenId, finding }) => `${tokenId} ${finding}`)).toEqual(expected)
  })
})
