import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Finding } from '../../cli/check/finding.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { type CliOptions, runCli } from '../factories/cli.ts'
import { newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'

const RUN = join(import.meta.dirname, '..', '..', 'cli', 'rolecall.mjs')
const DAY_MS = 86_400_000

const system = withSystem({ now: () => Date.now() })
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-check-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterEach(() => vi.useRealTimers())
afterAll(() => rmSync(folder, { recursive: true }))

const cli = (args: readonly string[], options?: CliOptions) => runCli([...args, '--data-dir', folder], options)
async function cliJson(...args: string[]) {
  const { code, stdout, stderr } = await cli([...args, '--output', 'json'])
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' })
  return JSON.parse(stdout)
}

/** An account of its own, its integration, and what check finds there. */
async function given(account: string, kind = 'OKTA', ...settings: string[]) {
  const on = ['--account', account]
  const name = 'IDP'
  await cliJson('integration', 'create', name, '--kind', kind, ...settings, ...on)
  const { token, tokenId } = await cliJson('token', 'issue', name, ...on)
  const hint = (words: string) => `./rolecall ${words} --account ${account} --data-dir ${folder}`
  const check = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await cli(['check', name, ...args, ...on, '--output', 'json'], { env })
    return { code, stderr, findings: JSON.parse(stdout) as Finding[] }
  }
  return { on, name, token, tokenId, hint, check }
}

const todos = ({ findings }: { findings: Finding[] }) => findings.filter(({ result }) => result === 'todo')

async function ask(token: string, path: string, body?: object): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  const more = body && { method: 'POST', body: JSON.stringify(body) }
  return (await fetch(`${system.baseUrl}${path}`, { headers, ...more })).status
}

function later(days: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * DAY_MS })
  system.flushAuthorizerCache()
}

describe('rolecall check', () => {
  test.each([
    ['OKTA', 2],
    ['AZURE', 1],
    ['GENERIC', 5],
  ])('finds nothing to do on an empty system (%s)', async (kind, probes) => {
    const { check, on } = await given(`empty-${kind.toLowerCase()}`, kind)
    const { code, stderr, findings } = await check()
    expect([code, stderr]).toEqual([0, 'Probed with a token called "check", which is revoked again'])
    expect(findings.filter(({ result }) => result === 'todo')).toEqual([])
    const sent = findings.filter((found) => found.check.startsWith('GET '))
    expect(sent.map(({ result }) => result)).toEqual(Array.from({ length: probes }, () => 'ok'))
    const tokens = await cliJson('token', 'list', 'IDP', ...on)
    expect(tokens.map((one: { name: string; status: string }) => one.status).sort()).toEqual(['live', 'revoked'])
    expect(findings.find((found) => found.check === 'Last request')).toEqual({
      ...{ check: 'Last request', result: 'note', says: 'None in the last 7 days' },
    })
  })

  test('shows each finding with its sentence below it', async () => {
    const { on, name } = await given('shown')
    const { stdout } = await cli(['check', name, ...on, '--users', '10000'])
    expect(stdout.split('\n')[0]).toBe('RESULT  CHECK')
    expect(stdout).toContain(
      'note    Pace\n    50 requests a second unless the deployment says otherwise, above that 429 with Retry-After: 10000 users take 7 min at least',
    )
  })

  test('says that it may have no token more to probe with', async () => {
    const { check, on, hint } = await given('full')
    for (let i = 1; i < 10; i++) await cliJson('token', 'issue', 'IDP', ...on)
    expect(todos(await check())).toEqual([
      {
        ...{ check: 'Probes', result: 'todo', mend: hint('check IDP --token-file PATH') },
        says: 'Integration "IDP" has 10 live tokens, the most it may have: revoke one first (409)',
      },
    ])
  })

  test('says what was refused for an invisible character, naming it', async () => {
    const { check, token } = await given('invisible')
    expect(await ask(token, '/Users', newUser('ada\u0007@example.com'))).toBe(400)
    expect(todos(await check())).toEqual([
      {
        ...{ check: 'Refused 400 invalidValue', result: 'todo', mend: expect.stringContaining('event-history') },
        says: '1 request of the last day, the latest scim/v2/Users: Cannot use userName "ada\\u0007@example.com": it holds a control character; remove it',
      },
    ])
  })

  test('says that it is disabled', async () => {
    const { check, hint } = await given('disabled', 'OKTA', '--disabled')
    const found = await check()
    expect(found.code).toBe(3)
    expect(todos(found).map((one) => one.check)).toEqual([
      'Integration',
      'GET /Users?startIndex=1&count=2',
      'GET /Groups?startIndex=1&count=100',
    ])
    expect(todos(found)[0]).toEqual({
      ...{ check: 'Integration', result: 'todo', says: 'It is disabled: every request is answered 403' },
      mend: hint('integration alter IDP --enabled true'),
    })
  })

  test('says that this caller is fenced out, and whom the policy lets in', async () => {
    const { check } = await given('fenced', 'AZURE', '--allow', '192.0.2.0/24')
    const found = await check()
    expect(found.code).toBe(3)
    expect(todos(found)).toEqual([
      {
        ...{ check: expect.stringMatching(/^GET \/Users/), result: 'todo', says: expect.stringContaining('403, ') },
        mend: 'see the findings about the integration and its network policy; a changed setting holds within a minute',
      },
    ])
    expect(found.findings).toContainEqual({
      ...{ check: 'Network policy', result: 'note' },
      says: 'Only callers from 192.0.2.0/24 are let in. The provider must be among them; who is refused stands in the event history',
    })
  })

  test('says which privilege its role lacks', async () => {
    const { check, hint } = await given('lacking', 'OKTA', '--no-default-privileges', '--privilege', 'createUser')
    expect(todos(await check())).toEqual([
      {
        ...{ check: 'Privileges', result: 'todo' },
        says: 'Its role OKTA_PROVISIONER lacks createRole: creates are answered 403',
        mend: hint('provisioner grant OKTA_PROVISIONER createRole'),
      },
    ])
  })

  test('probes with the token that was given, from a file or ROLECALL_TOKEN, and makes none', async () => {
    const { check, token, on } = await given('pasted')
    const path = join(folder, 'pasted.token')
    writeFileSync(path, `${token}\n`)
    for (const found of [await check(['--token-file', path]), await check([], { ROLECALL_TOKEN: token })]) {
      expect([found.code, found.stderr]).toEqual([0, ''])
      expect(found.findings.filter((one) => one.check.startsWith('GET ')).map(({ result }) => result)).toEqual([
        'ok',
        'ok',
      ])
    }
    expect(await cliJson('token', 'list', 'IDP', ...on)).toHaveLength(1)
  })

  test('takes the token from standard input', async () => {
    const { name, on, token } = await given('piped')
    const args = [RUN, 'check', name, ...on, '--token-file', '-', '--output', 'json', '--data-dir', folder]
    const child = spawn(process.execPath, args)
    child.stdin.end(`${token}\n`)
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect([code, JSON.parse(stdout).find((one: Finding) => one.check === 'Token').result]).toEqual([0, 'ok'])
  })

  test.each([
    ['Bearer TOKEN', 'It begins with "Bearer", which consoles that want the token alone would send twice'],
    ['"TOKEN"', 'There are quotes around it, or in it'],
    ['TOKEN x', 'It is no token of this service, or a part of it is missing'],
  ])('says what is wrong with a token pasted as %s', async (form, says) => {
    const { check, token, hint } = await given(`pasted-${form.length}-${says.length}`)
    const found = await check([], { ROLECALL_TOKEN: form.replace('TOKEN', token) })
    const mend = `paste the token alone; should it be lost: ${hint('token issue IDP')}`
    expect([found.code, ...todos(found)]).toEqual([3, { check: 'Token', result: 'todo', says, mend }])
    expect(JSON.stringify(found)).not.toContain(token.slice(32, 60))
  })

  test('says that a token was revoked', async () => {
    const { check, token, tokenId, on, hint } = await given('revoked')
    expect((await cli(['token', 'revoke', tokenId, ...on])).code).toBe(0)
    const found = await check([], { ROLECALL_TOKEN: token })
    expect(found.code).toBe(3)
    expect(todos(found)[0]).toEqual({
      ...{ check: 'Token', result: 'todo', says: expect.stringMatching(/^"[\d-]{10}" was revoked on 2\S+Z$/) },
      mend: hint('token issue IDP'),
    })
    expect(todos(found)[1]?.says).toMatch(/^401, /)
  })

  test("says that a token is another integration's", async () => {
    const { check } = await given('others')
    const { token } = await given('others-two')
    const found = await check([], { ROLECALL_TOKEN: token })
    expect(todos(found)[0]?.says).toBe('It is no token of IDP, or long ended')
  })

  test('warns of the end of a token, then says when it expired, and that its provider fell silent', async () => {
    const { check, token, hint } = await given('ending')
    later(160)
    const warned = await check([], { ROLECALL_TOKEN: token })
    expect(todos(warned)[0]).toEqual({
      ...{ check: 'Token', result: 'todo', mend: hint('token issue IDP') },
      says: expect.stringMatching(/^"[\d-]{10}" expires in 2\d days, on \S+; no provider warns of it$/),
    })
    expect(todos(warned)[1]).toEqual({
      ...{ check: 'Last request', result: 'todo', says: 'None in the last 7 days' },
      mend: 'look at the provider: people sign in on, while nothing is provisioned',
    })
    later(40)
    const ended = await check([], { ROLECALL_TOKEN: token })
    expect(ended.code).toBe(3)
    expect(todos(ended)[0]?.says).toMatch(/^"[\d-]{10}" expired on \S+Z$/)
    await check()
    expect(todos(await check())[0]?.says).toMatch(/^There is no live token: "[\d-]{10}" expired on \S+Z$/)
  })

  test.each([
    ['/', 'It ends with a slash, to which a provider adds another'],
    ['//Users', 'Two slashes follow each other in it'],
    ['/Groups', 'It ends with what providers add themselves'],
  ])('says what is wrong with a base URL that ends with %s', async (end, says) => {
    const { check } = await given(`url-${end.length}-${says.length}`)
    const found = await check(['--base-url', `${system.baseUrl}${end}`])
    expect(found.code).toBe(3)
    expect(found.findings[0]).toEqual({ check: 'Base URL', result: 'todo', says, mend: `paste ${system.baseUrl}` })
  })

  test('takes the token to no other host', async () => {
    const { check } = await given('elsewhere')
    const found = await check(['--base-url', 'https://elsewhere.example.com/scim/v2'])
    expect(todos(found)).toEqual([
      {
        ...{ check: 'Base URL', result: 'todo', mend: `paste ${system.baseUrl}` },
        says: 'Its scheme, host or port are not those that this command asks (--url, ROLECALL_URL)',
      },
    ])
  })

  test('probes with the flag of Entra', async () => {
    const { check } = await given('flagged', 'AZURE')
    const found = await check(['--base-url', `${system.baseUrl}?aadOptscim062020`])
    expect([found.code, todos(found)]).toEqual([0, []])
  })

  test('names who holds names before the first sync, and afterwards what was refused for it', async () => {
    const { check, token, on, hint } = await given('foreign')
    await cliJson('integration', 'create', 'HR', '--kind', 'GENERIC', '--role', 'HR_PROVISIONER', ...on)
    const hr = await cliJson('token', 'issue', 'HR', ...on)
    expect(await ask(hr.token, '/Users', newUser('ada@example.com'))).toBe(201)
    expect((await check()).findings).toContainEqual({
      ...{ check: 'Names', result: 'note' },
      says: 'HR_PROVISIONER owns 1 user and 0 roles, such as ada@example.com: a create of such a name is refused; hand them all over only where nothing else pushes as HR_PROVISIONER',
      mend: hint('ownership transfer --owned-by HR_PROVISIONER --to OKTA_PROVISIONER --dry-run'),
    })
    expect(await ask(token, '/Users', newUser('ada@example.com'))).toBe(409)
    const found = await check()
    expect(found.code).toBe(3)
    expect(todos(found)).toEqual([
      {
        ...{
          check: 'Refused 409 uniqueness',
          result: 'todo',
          mend: expect.stringMatching(/ (?:event-history|ownership transfer) /),
        },
        says: expect.stringMatching(/^1 request of the last day, the latest ada@example\.com: ./),
      },
    ])
  })

  test('says that members were left out', async () => {
    const { check, token } = await given('skipping')
    const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Ops' }
    const here = newUser('ada@example.com')
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
    const made = await fetch(`${system.baseUrl}/Users`, { method: 'POST', headers, body: JSON.stringify(here) })
    const { id } = (await made.json()) as { id: string }
    const members = [{ value: id }, { value: '00000000-0000-7000-8000-000000000000' }]
    expect(await ask(token, '/Groups', { ...group, members })).toBe(201)
    expect(todos(await check())).toEqual([
      {
        ...{ check: 'Members', result: 'todo', mend: 'assign people first, then push their groups again' },
        says: '1 request named members who are no users here, and went on without them',
      },
    ])
  })

  test('leaves out callers with a token of another integration, and OAuth clients where it has none', async () => {
    const { check } = await given('strangers')
    const made = await cli(['integration', 'create', 'OTHER', '--kind', 'GENERIC', '--account', 'strangers'])
    const { stdout: token } = await cli(['token', 'issue', 'OTHER', '--account', 'strangers'])
    await cli(['token', 'revoke', '--all', 'OTHER', '--account', 'strangers'])
    expect([made.code, await ask(token.trim(), '/Users')]).toEqual([0, 401])
    expect((await check()).findings).not.toContainEqual(expect.objectContaining({ check: 'Turned away' }))
    const other = await cli(['check', 'OTHER', '--account', 'strangers', '--output', 'json'])
    expect(JSON.parse(other.stdout)).toContainEqual({
      ...{ check: 'Turned away', result: 'note' },
      says: expect.stringMatching(/of integration OTHER\)/),
    })
  })

  test('shows callers whose token opened nothing, whoever they are', async () => {
    expect(await ask('Bearer twice', '/Users')).toBe(401)
    const { code, stdout } = await cli(['check', 'OKTA_PROVISIONING', '--output', 'json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toContainEqual({
      ...{ check: 'Turned away', result: 'note' },
      says: expect.stringMatching(
        /^Callers refused in this minute and address block: [^;]+; the last at \S+ from 127\.0\.0\.0\/24$/,
      ),
    })
  })

  test.each([
    [['NONE'], 1, /^There is no integration "NONE" in account "default": there is AZURE_PROVISIONING, /],
    [['OKTA_PROVISIONING', '--token-file', '/nowhere'], 1, /^Cannot read the token from \/nowhere: ENOENT/],
    [['OKTA_PROVISIONING', '--for', '5m'], 2, /^--for goes with --wait\n/],
    [
      ['OKTA_PROVISIONING', '--wait', '--for', 'long'],
      2,
      /^--for "long": expected a number and s, m, h or d, such as 5m\n/,
    ],
  ])('%j is refused', async (args, code, said) => {
    const answer = await cli(['check', ...args])
    expect([answer.code, answer.stdout]).toEqual([code, ''])
    expect(answer.stderr).toMatch(said)
  })
})

describe('rolecall check --wait', () => {
  /** Sends a request when the command begins to wait. */
  async function waiting(name: string, on: string[], atFirstPause: () => Promise<unknown>, ...more: string[]) {
    let pauses = 0
    const pause = async () => {
      if (pauses++ === 0) await atFirstPause()
    }
    const interrupted = new AbortController().signal
    const { code, stderr } = await cli(['check', name, '--wait', ...more, ...on], { pause, interrupted })
    return { code, stderr: stderr.split('\n') }
  }

  test('says what the first request did', async () => {
    const { name, on, token } = await given('waited')
    const answer = await waiting(name, on, () => ask(token, '/Users', newUser('ada@example.com')))
    expect(answer).toEqual({
      code: 0,
      stderr: [
        'Probed with a token called "check", which is revoked again',
        'Waiting 30 minutes for the first request of Okta, or until Ctrl-C',
        expect.stringMatching(/^Okta created user ada@example\.com, at \S+ from 127\.0\.0\.1$/),
      ],
    })
  })

  test('says why the first request was refused', async () => {
    const { name, on, token } = await given('waited-refused', 'AZURE')
    const answer = await waiting(name, on, () => ask(token, '/Users?filter=nothing'))
    expect([answer.code, answer.stderr[1]]).toEqual([
      3,
      'Waiting 45 minutes for the first request of Microsoft Entra ID, or until Ctrl-C',
    ])
    expect(answer.stderr[2]).toMatch(/^Entra tried to list users that match .*, at \S+ from 127\.0\.0\.1$/)
  })

  test('tells of callers who are refused, and goes on', async () => {
    const token = system.tokens.GENERIC_PROVISIONING
    let pauses = 0
    const pause = async () => {
      if (pauses === 0) expect(await ask(`Bearer ${token}`, '/Users')).toBe(401)
      if (pauses === 1) await ask(token, '/Users')
      pauses += 1
    }
    const interrupted = new AbortController().signal
    const { code, stderr } = await cli(['check', 'GENERIC_PROVISIONING', '--wait'], { pause, interrupted })
    expect(code).toBe(0)
    expect(stderr).toMatch(/\nSomebody from 127\.0\.0\.0\/24 was refused 401: .*Is it the provider\?\n/)
    expect(stderr).toMatch(/\nGENERIC_PROVISIONING listed users, 0 of 0, at \S+ from 127\.0\.0\.1$/)
  })

  test('says what is usually forgotten when nothing comes', async () => {
    const { name, on } = await given('silent', 'AZURE')
    const answer = await waiting(name, on, async () => {}, '--for', '1s')
    expect(answer).toEqual({
      code: 3,
      stderr: [
        'Probed with a token called "check", which is revoked again',
        'Waiting 1 s for the first request of Microsoft Entra ID, or until Ctrl-C',
        expect.stringMatching(/^No request of Microsoft Entra ID since \S+\. Usually forgotten:$/),
        '- Somebody must be assigned under Users and groups: without, the job succeeds and sends nothing.',
        '- The job must be started (Start provisioning); a cycle comes about every 40 minutes.',
        '- Under Overview the job may be in quarantine: Restart provisioning once the cause is mended.',
      ],
    })
  })

  test('that is ended with Ctrl-C has seen nothing', async () => {
    const { name, on } = await given('interrupted')
    expect((await cli(['check', name, '--wait', ...on])).code).toBe(1)
  })
})
