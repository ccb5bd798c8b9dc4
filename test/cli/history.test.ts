import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Failure } from '../../cli/failure.ts'
import { Narrator, showSentences } from '../../cli/sentences.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { runCli, sessionOf } from '../factories/cli.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { IDS, ofFinance, rowOf } from '../factories/sentences.ts'
import { withSystem } from '../factories/system.ts'
import { anInstant } from '../factories/undo.ts'

const system = withSystem()
let folder: string
const cli = (...args: string[]) => runCli([...args, '--data-dir', folder])

async function scim(
  method: string,
  path: string,
  body?: object,
  integration: keyof typeof system.tokens = 'OKTA_PROVISIONING',
) {
  const headers = { authorization: `Bearer ${system.tokens[integration]}`, 'content-type': 'application/scim+json' }
  const response = await fetch(`${system.baseUrl}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return text === '' ? {} : JSON.parse(text)
}

/** The lines of a table without their times, which come first and in order. */
async function storyOf(...args: string[]) {
  const { code, stdout, stderr } = await cli(...args)
  const [header, ...lines] = stdout.split('\n')
  expect([code, header?.trim()]).toEqual([0, expect.stringMatching(/^TIME +WHAT HAPPENED$/)])
  const times = lines.map((line) => line.slice(0, 24))
  expect(times).toEqual(times.toSorted())
  return { story: lines.map((line) => line.slice(24).trim()), stderr }
}

/** Until the worker has taken a deleted user out of its roles. */
async function settled(args: string[], wanted: string): Promise<string[]> {
  for (;;) {
    const { story } = await storyOf(...args)
    if (story.some((line) => line.includes(wanted))) return story
    await new Promise((done) => setTimeout(done, 200))
  }
}

const LEFT_OUT =
  'Left out: reads of the resource, creates that were refused, what was answered 404, and what others did who had its name: ask with --reads for these'

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('rolecall user history', () => {
  test('tells the whole story of a user in sentences, by name and by id, also after a rename and a delete', async () => {
    const ada = await scim('POST', '/Users', newUser('ada@example.com', { title: 'Engineer', active: true }))
    const role = await scim('POST', '/Groups', newGroup('Finance', { members: [{ value: ada.id }] }))
    await scim('PATCH', `/Groups/${role.id}`, patchOf({ op: 'remove', path: `members[value eq "${ada.id}"]` }))
    await scim('PATCH', `/Groups/${role.id}`, patchOf({ op: 'add', path: 'members', value: [{ value: ada.id }] }))
    await scim('PATCH', `/Users/${ada.id}`, patchOf({ op: 'replace', value: { active: false, title: 'Lead' } }))
    await scim('PATCH', `/Users/${ada.id}`, patchOf({ op: 'replace', value: { userName: 'ada.b@example.com' } }))
    const soFar = [
      'Okta created user ada',
      'Okta created role Finance with ada',
      'Okta removed ada from role Finance',
      'Okta added ada to role Finance',
      'Okta deactivated ada and changed 1 more attribute',
      'Okta renamed ada to ada.b@example.com',
    ]
    expect(await storyOf('user', 'history', 'ADA.b@example.com')).toEqual({ story: soFar, stderr: LEFT_OUT })
    await scim('DELETE', `/Users/${ada.id}`)
    const whole = [
      ...soFar,
      'Okta deleted user ada.b, who held 1 role',
      'ada.b left role Finance, because Okta deleted ada.b',
    ]
    const byId = ['user', 'history', ada.id]
    expect((await settled(byId, 'left role')).toSorted()).toEqual(whole.toSorted())
    expect((await storyOf('user', 'history', 'ada.b@example.com')).story.toSorted()).toEqual(whole.toSorted())
    expect((await storyOf('user', 'history', 'ada@example.com')).story.toSorted()).toEqual(whole.toSorted())
  })

  test('tells reads where they are asked for, many in one line', async () => {
    const bo = await scim('POST', '/Users', newUser('bo@example.com'))
    for (let i = 0; i < 3; i++) await scim('GET', `/Users/${bo.id}`)
    expect(await storyOf('user', 'history', bo.id, '--last', '1h', '--reads')).toEqual({
      ...{ story: ['Okta created user bo', 'Okta looked up bo in 3 requests'], stderr: '' },
    })
  })

  test('gives every event with its columns and its sentence to machines, by --json, --output json and csv', async () => {
    const cy = await scim('POST', '/Users', newUser('cy@example.com'))
    const short = await cli('user', 'history', 'cy@example.com', '--json')
    const long = await cli('user', 'history', 'cy@example.com', '--output', 'json')
    const [row, ...more] = JSON.parse(short.stdout)
    expect([row, more]).toMatchObject([{ RESOURCE_ID: cy.id, METHOD: 'POST', SENTENCE: 'Okta created user cy' }, []])
    expect(long.stdout).toBe(short.stdout)
    const csv = (await cli('user', 'history', 'cy@example.com', '--all', '--output', 'csv')).stdout.split('\r\n')
    expect(csv[0]).toMatch(/^"EVENT_TIMESTAMP".*,"SENTENCE"$/)
    expect(csv[1]).toMatch(/,"Okta created user cy"$/)
  })

  test('shows the most recent of a range, and says that there may be more', async () => {
    await scim('POST', '/Users', newUser('dara@example.com'))
    const dara = (await scim('GET', '/Users?filter=userName%20eq%20%22dara@example.com%22')).Resources[0]
    await scim('PATCH', `/Users/${dara.id}`, patchOf({ op: 'replace', path: 'title', value: 'Lead' }))
    const today = new Date().toISOString().slice(0, 10)
    const { story, stderr } = await storyOf('user', 'history', dara.id, '--from', today, '--to', today, '--limit', '1')
    expect(story).toEqual(['Okta changed title of dara'])
    expect(stderr).toBe(`The 1 most recent are shown, there may be more: raise --limit, or say --all\n${LEFT_OUT}`)
  })

  test('tells who had the name before, and how to see that one', async () => {
    const first = await scim('POST', '/Users', newUser('eve@example.com'))
    await scim('DELETE', `/Users/${first.id}`)
    const second = await scim('POST', '/Users', newUser('interim@example.com'))
    await scim('PATCH', `/Users/${second.id}`, patchOf({ op: 'replace', value: { userName: 'Eve@example.com' } }))
    await scim('PATCH', `/Users/${second.id}`, patchOf({ op: 'replace', path: 'title', value: 'Lead' }))
    const { story, stderr } = await storyOf('user', 'history', 'eve@example.com')
    expect(story.at(0)).toBe('Okta created user interim')
    const [leftOut, earlier, ...more] = stderr.split('\n')
    expect([leftOut, more]).toEqual([LEFT_OUT, []])
    expect(earlier?.replace(/until \S+Z/, 'until T')).toBe(
      `Another user had the name "Eve@example.com" before, until T: ./rolecall user history ${first.id} --data-dir ${folder}`,
    )
    expect((await storyOf('user', 'history', second.id)).stderr).toBe(LEFT_OUT)
  })

  test('refuses a name that nobody has or had, and one that several had', async () => {
    expect(await cli('user', 'history', 'nobody@example.com')).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'No user has the name "nobody@example.com", or had it in the events that are kept',
    })
    const ids = []
    for (let i = 0; i < 2; i++) {
      const { id } = await scim('POST', '/Users', newUser('twice@example.com'))
      await scim('DELETE', `/Users/${id}`)
      ids.push(id)
    }
    const { code, stdout, stderr } = await cli('user', 'history', 'Twice@example.com')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(
      /^Several users had the name "Twice@example.com": ask by id: \S+ \(until \S+Z\), \S+ \(until \S+Z\)$/,
    )
    for (const id of ids) expect(stderr).toContain(id)
  })

  test.each([
    [['--from', '2026-11-01', '--last', '1d'], '--from and --last contradict each other'],
    [['--all', '--limit', '5'], '--all and --limit contradict each other'],
    [['--json', '--output', 'csv'], '--json and --output csv contradict each other'],
  ])('refuses %j', async (args, said) => {
    const { code, stderr } = await cli('user', 'history', 'ada@example.com', ...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)])
  })
})

describe('rolecall role history', () => {
  test('names members one by one, and counts many', async () => {
    const users = []
    for (const name of ['eve', 'fay', 'gil']) users.push(await scim('POST', '/Users', newUser(name)))
    const [eve, fay, gil] = users.map(({ id }) => ({ value: id }))
    const role = await scim('POST', '/Groups', newGroup('Data', { members: [eve] }))
    const members = (op: string, ...value: unknown[]) => ({ op, path: 'members', value })
    await scim('PATCH', `/Groups/${role.id}`, patchOf(members('add', fay, gil)))
    await scim('PATCH', `/Groups/${role.id}`, patchOf(members('replace', gil)))
    await scim('PUT', `/Groups/${role.id}`, newGroup('Data platform', { members: [gil] }))
    await scim('PATCH', `/Groups/${role.id}`, patchOf(members('replace')), 'AZURE_PROVISIONING')
    await scim('DELETE', `/Groups/${role.id}`)
    const { story, stderr } = await storyOf('role', 'history', 'data PLATFORM')
    expect(story).toEqual([
      'Okta created role Data with 1 member',
      'Okta added fay and gil to role Data',
      'Okta removed eve and fay from role Data',
      'Okta renamed role Data to Data platform',
      'Okta deleted role Data platform, which had 1 member',
    ])
    expect(stderr).toBe(LEFT_OUT)
  })
})

describe('rolecall event-history', () => {
  test('--sentences tells a range in words, as a table and as a column', async () => {
    await scim('POST', '/Users', newUser('hal@example.com'))
    const { story } = await storyOf('event-history', '--last', '5m', '--resource', 'hal@example.com', '--sentences')
    expect(story).toEqual(['Okta created user hal@example.com'])
    const json = await cli(
      'event-history',
      '--last',
      '5m',
      '--resource',
      'hal@example.com',
      '--sentences',
      '--output',
      'json',
    )
    expect(JSON.parse(json.stdout)).toMatchObject([{ SENTENCE: 'Okta created user hal@example.com', METHOD: 'POST' }])
    expect(await cli('event-history', '--sentences', '--details')).toMatchObject({ code: 2 })
  })

  test('--text finds words in any field and letter case', async () => {
    const ivy = await scim('POST', '/Users', newUser('ivy@example.com', { title: 'Chief of Staff' }))
    const found = async (text: string) =>
      (await storyOf('event-history', '--last', '5m', '--text', text, '--sentences')).story
    expect(await found('STAFF chief')).toEqual(['Okta created user ivy@example.com'])
    expect(await found(ivy.id)).toEqual(['Okta created user ivy@example.com'])
    const none = await cli('event-history', '--last', '5m', '--text', 'staff-of-chief')
    expect([none.code, none.stderr]).toEqual([0, 'No such events in this range'])
  })

  test('a caller who may read events only gets sentences without the names that events lack, and what mends a refusal', async () => {
    const { session } = sessionOf('table')
    const refuse = async () => Promise.reject(new Failure('User is not authorized (403)'))
    const narrator = new Narrator({ ...session, api: { ...session.api, call: refuse } })
    const row = rowOf(ofFinance({ changes: [{ attribute: 'members.added', after: [IDS.ada] }] }))
    expect((await narrator.say([row])).map(({ SENTENCE }) => SENTENCE)).toEqual([
      'OKTA_PROVISIONING added 1 user to role Finance',
    ])
    const written: string[] = []
    const terminal = { ...session.terminal, write: async (text: string) => void written.push(text) }
    const advised = rowOf(ofFinance({ status: 403, detail: 'no', advice: 'rolecall ownership show --role Finance' }))
    await showSentences(
      { ...session, terminal },
      narrator,
      (async function* () {
        yield [advised]
      })(),
    )
    expect(written.join('').split('\n').slice(1)).toEqual([
      '2026-11-26T14:32:08.123Z  OKTA_PROVISIONING tried to change role Finance and was refused: no',
      '    rolecall ownership show --role Finance',
      '',
    ])
    const away = async () => Promise.reject(new Failure('Nobody answers', { isPassing: true }))
    await expect(new Narrator({ ...session, api: { ...session.api, call: away } }).say([row])).rejects.toThrow(
      'Nobody answers',
    )
  })
})

describe('what was undone', () => {
  test('is told of each object in its own history, and a request that restored nothing says no more', async () => {
    const kai = await scim('POST', '/Users', newUser('kai'))
    const role = await scim('POST', '/Groups', newGroup('Crew', { members: [{ value: kai.id }] }))
    const since = await anInstant()
    await scim('PATCH', `/Groups/${role.id}`, patchOf({ op: 'remove', path: `members[value eq "${kai.id}"]` }))
    await scim('PATCH', `/Users/${kai.id}`, patchOf({ op: 'replace', value: { active: false } }))
    const lea = await scim('POST', '/Users', newUser('lea'))
    const undo = ['undo', '--integration', 'OKTA_PROVISIONING', '--since', since, '--with-created']
    expect(await cli(...undo)).toMatchObject({ code: 0, stderr: '3 set back' })
    expect((await storyOf('user', 'history', 'kai')).story.slice(-2).toSorted()).toEqual([
      'local-admin undid a change and so added kai to role Crew',
      'local-admin undid a change and so reactivated kai',
    ])
    expect((await storyOf('user', 'history', lea.id)).story).toEqual([
      'Okta created user lea',
      'local-admin undid a change and so deleted user lea',
    ])
    expect(await cli('user', 'undrop', lea.id)).toMatchObject({ code: 1, stderr: '0 set back, 1 refused' })
    expect((await storyOf('user', 'history', lea.id)).story.at(-1)).toBe('local-admin asked to restore user lea')
  })
})
