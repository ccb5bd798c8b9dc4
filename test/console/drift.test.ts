import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DriftLine } from '../../console/api.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { aUser, seedUsers } from '../bench/seed.ts'
import { OKTA } from '../factories/api-event.ts'
import { runCli } from '../factories/cli.ts'
import { openSession } from '../factories/console.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()
let folder: string
let headers: Record<string, string>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-console-drift-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
  headers = await openSession(system.adminUrl, system.consoleUrl)
  await seedUsers(system.db, OKTA, 1, 1200)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** An export of all but the first ten; the next three have another title there. */
function exported(): string {
  const rows = Array.from({ length: 1190 }, (_, i) => aUser(i + 11)).map(({ userName, title }, i) =>
    [userName, 'ACTIVE', i < 3 ? 'Other' : title].join(),
  )
  return ['Okta username,Okta user status,title', ...rows, 'new@example.com,ACTIVE,'].join('\r\n')
}

function formOf(text: string | Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}): FormData {
  const form = new FormData()
  form.set('users', new File([text], 'people.csv'))
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}

const post = (body: FormData, query = '', signal?: AbortSignal) =>
  fetch(`${system.adminUrl}/console/api/drift${query}`, { method: 'POST', headers, body, ...(signal && { signal }) })

async function linesOf(response: Response): Promise<DriftLine[]> {
  const text = await response.text()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DriftLine)
}

describe('a report', () => {
  test('tells how far it has come, and is what rolecall drift says of the same file', async () => {
    const response = await post(formOf(exported(), { map: 'title=title' }))
    expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
      ...[200, 'application/x-ndjson', 'no-store'],
    ])
    const lines = await linesOf(response)
    const path = join(folder, 'people.csv')
    writeFileSync(path, exported())
    const { code, stdout } = await runCli([
      'drift',
      '--users',
      path,
      '--map',
      'title=title',
      '--output',
      'json',
      '--data-dir',
      folder,
    ])
    expect(code).toBe(3)
    expect(lines).toEqual([
      { progress: { users: 1000, of: 1200 } },
      { progress: { users: 1200, of: 1200 } },
      { report: JSON.parse(stdout) },
    ])
    expect((JSON.parse(stdout) as { summary: object }).summary).toMatchObject({
      ...{ matchedBy: 'userName', usersHere: 1200, role: 'OKTA_PROVISIONER' },
      counts: { 'missing-here': 1, 'missing-there': 10, attribute: 3 },
    })
  })

  test('of one class alone, by another attribute, in another account', async () => {
    const form = formOf('Okta username,Okta user status\r\nada@x,ACTIVE', { only: 'missing-there', match: 'email' })
    const lines = await linesOf(await post(form, '?account=nobody-there'))
    expect(lines.at(-1)).toEqual({
      error: expect.objectContaining({ status: '404', detail: expect.stringContaining('nobody-there') }),
    })
    const own = await linesOf(await post(form))
    const last = own.at(-1) as Extract<DriftLine, { report: object }>
    expect([last.report.summary.matchedBy, last.report.summary.counts['missing-here']]).toEqual(['email', 0])
    expect(last.report.differences.every((row) => row.class === 'missing-there')).toBe(true)
  })

  test('of the integration that is named, or none where there is none', async () => {
    const named = await linesOf(await post(formOf(exported(), { integration: 'AZURE_PROVISIONING' })))
    const { report } = named.at(-1) as Extract<DriftLine, { report: object }>
    expect(report.summary.role).toBe('AAD_PROVISIONER')
    const none = await post(formOf(exported(), { integration: 'NONE' }))
    expect([none.status, ((await none.json()) as { detail: string }).detail]).toEqual([
      404,
      expect.stringContaining('"NONE"'),
    ])
  })

  test('whoever goes away ends it', async () => {
    const leaving = new AbortController()
    const response = await post(formOf(exported()), '', leaving.signal)
    leaving.abort()
    await expect(response.text()).rejects.toThrow('aborted')
    expect((await linesOf(await post(formOf(exported())))).length).toBe(3)
  })
})

describe('what cannot be compared', () => {
  const refusal = async (form: FormData) => {
    const response = await post(form)
    return { status: response.status, body: (await response.json()) as object }
  }
  const refused = (detail: unknown, rest: object = {}) => ({
    status: 400,
    body: {
      ...{ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '400', scimType: 'invalidSyntax', detail },
      ...rest,
    },
  })

  test('says in which file, line and column, what was expected, and which columns there are', async () => {
    expect(await refusal(formOf('Okta username,Okta user status\r\n"ada@x"!,ACTIVE'))).toEqual(
      refused('people.csv: Line 2: "!" stands behind a closing quote; a quote inside is doubled', {
        place: {
          ...{ file: 'people.csv', line: 2, column: 8 },
          expected: '",", a line break or the end of the file',
        },
      }),
    )
    expect(await refusal(formOf('Name;Shoe size\r\nada;38'))).toEqual(
      refused(expect.stringMatching(/^people\.csv: The file is not recognised by its header/), {
        place: {
          ...{ file: 'people.csv', line: 1, header: ['Name', 'Shoe size'] },
          expected: expect.stringContaining('Okta'),
        },
      }),
    )
    const latin = new Uint8Array(Buffer.from('Okta username,Okta user status\nJ\u00fcrgen,ACTIVE', 'latin1'))
    expect(await refusal(formOf(latin))).toMatchObject(
      refused(expect.stringMatching(/^people\.csv: Byte 33 \(0xfc\), line 2, is no utf-8 text/), {
        place: { file: 'people.csv', line: 2, expected: 'save it as "CSV UTF-8", or as Unicode text' },
      }),
    )
  })

  test('of the second file it is that one which is named', async () => {
    const form = formOf(exported())
    form.append('groups', new File(['a,b\n1,2'], 'teams.csv'))
    expect(await refusal(form)).toMatchObject(
      refused(expect.stringMatching(/^teams\.csv: /), { place: { file: 'teams.csv', header: ['a', 'b'] } }),
    )
  })

  test('no file, nobody in it, a form that is none, an option that is none', async () => {
    expect(await refusal(new FormData())).toEqual(
      refused('Cannot compare: send the export of users as the file "users"'),
    )
    expect(await refusal(formOf('Okta username,Okta user status'))).toEqual(
      refused('people.csv: There is no user in it: has the export gone wrong?', { place: { file: 'people.csv' } }),
    )
    const json = await fetch(`${system.adminUrl}/console/api/drift`, {
      ...{ method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{}' },
    })
    expect({ status: json.status, body: await json.json() }).toEqual(
      refused('Cannot read the form: send multipart/form-data with a file "users"'),
    )
    expect(await refusal(formOf('a', { match: 'shoe' }))).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue', detail: expect.stringMatching(/^Cannot read match: .*userName/) },
    })
  })

  test('more than 50 MB is refused, and one that is nearly as large is read', async () => {
    const large = (bytes: number) => formOf(`Okta username,Okta user status,Note\r\nada@x,ACTIVE,${'x'.repeat(bytes)}`)
    const over = await post(large(50 * 1024 * 1024))
    expect([over.status, ((await over.json()) as { detail: string }).detail]).toEqual([
      ...[413, 'Cannot take the files: together they are over 50 MB; use rolecall drift'],
    ])
    expect((await post(large(49 * 1024 * 1024))).status).toBe(200)
  })
})

test('only the page may ask, with the word for writes', async () => {
  const { 'x-rolecall-csrf': _, ...without } = headers
  const ask = (given: Record<string, string>) =>
    fetch(`${system.adminUrl}/console/api/drift`, { method: 'POST', headers: given, body: formOf(exported()) })
  expect([(await ask(without)).status, (await ask({ ...headers, cookie: '' })).status]).toEqual([403, 401])
  expect(readFileSync(join(folder, 'people.csv'), 'utf8')).toBe(exported())
})
