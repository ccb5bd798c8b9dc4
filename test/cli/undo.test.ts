import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import type { StepRow } from '../../shared/resources/steps.ts'
import { runCli } from '../factories/cli.ts'
import { scanEvents } from '../factories/scan.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { settle } from '../factories/settle.ts'
import { withSystem } from '../factories/system.ts'
import { anInstant } from '../factories/undo.ts'
import { type Body, client } from '../rfc/client.ts'

// The driver would work beside `settle`, which lets time go by.
const system = withSystem({ driver: false })
const { request: okta } = client(system, 'OKTA_PROVISIONING')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-undo-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

const rolecall = (...args: string[]) => runCli([...args, '--data-dir', folder])
const rowsOf = async (...args: string[]) => {
  const { stdout, stderr, code } = await rolecall(...args, '--output', 'json')
  if (stdout === '') throw new Error(stderr)
  return { rows: JSON.parse(stdout) as StepRow[], told: stderr, code }
}
const countsOf = (rows: StepRow[]) => {
  const counts = Map.groupBy(rows, ({ type, outcome }) => `${type} ${outcome}`)
  return Object.fromEntries([...counts].map(([name, { length }]) => [name, length]).sort())
}

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
/** Sends operations until each is done: on a busy machine some of a request may find no time. */
async function bulk(operations: object[]): Promise<Body[]> {
  const done: Body[] = []
  for (let begin = 0; begin < operations.length; begin += 50)
    done.push(...(await sendAll(operations.slice(begin, begin + 50))))
  return done
}

async function sendAll(Operations: object[]): Promise<Body[]> {
  const { status, body } = await okta('POST', '/Bulk', { schemas: [BULK], Operations })
  expect(status).toBe(200)
  const isPassing = (one: Body) => ['429', '503'].includes(one.status)
  const left = Operations.filter((_operation, i) => isPassing(body.Operations[i]))
  const again: Body[] = left.length > 0 ? await sendAll(left) : []
  return body.Operations.map((one: Body) => (isPassing(one) ? again.shift() : one))
}
const idOf = ({ location }: Body): string => location.split('/').at(-1)

/** Every user and every group as a client reads them, to the byte, but for versions and when they were written. */
async function snapshot(): Promise<string[]> {
  const texts: string[] = []
  for (const path of ['/Users', '/Groups'] as const) {
    for (let startIndex = 1; ; ) {
      const { body } = await okta('GET', `${path}?startIndex=${startIndex}&count=200`)
      for (const { meta, ...resource } of body.Resources) {
        const { version: _version, lastModified: _lastModified, ...rest } = meta
        texts.push(JSON.stringify({ ...resource, meta: rest }))
      }
      startIndex += body.itemsPerPage
      if (startIndex > body.totalResults) break
    }
  }
  return texts
}

/** More than one step deals with; 500 of 600 with 20 groups were tried alike. */
const [USERS, GONE, GROUPS] = [130, 110, 4]

describe('a sync that went wrong', () => {
  const undoSince = (since: string, ...more: string[]) =>
    rowsOf('undo', '--integration', 'OKTA_PROVISIONING', '--since', since, ...more)

  test(`deactivated ${GONE} of ${USERS} users and emptied ${GROUPS} groups: one command brings all of it back`, async () => {
    const made = await bulk(
      Array.from({ length: USERS }, (_, n) => {
        const name = { givenName: `Given ${n}`, familyName: `Family ${n}` }
        const emails = [{ value: `user${n}@example.com`, type: 'work', primary: true }]
        const data = newUser(`user${n}@example.com`, { externalId: `00u${n}`, title: 'Engineer', name, emails })
        return { method: 'POST', path: '/Users', bulkId: `u${n}`, data }
      }),
    )
    const ids = made.map(idOf)
    const groups = await bulk(
      Array.from({ length: GROUPS }, (_, n) => {
        const members = ids
          .filter((_id, i) => i % GROUPS === n || (n < 4 && i < 120))
          .map((value) => ({ value, display: `Display of ${value}` }))
        return { method: 'POST', path: '/Groups', bulkId: `g${n}`, data: newGroup(`Group ${n}`, { members }) }
      }),
    )
    await settle(system.db)
    const before = await snapshot()
    const since = await anInstant()

    const deactivate = patchOf({ op: 'replace', value: { active: false } })
    await bulk(ids.slice(0, GONE).map((id) => ({ method: 'PATCH', path: `/Users/${id}`, data: deactivate })))
    const remove = patchOf({ op: 'remove', path: 'members' })
    await bulk(
      groups.map((group, n) => {
        const path = `/Groups/${idOf(group)}`
        return n % 2 === 0
          ? { method: 'PATCH', path, data: remove }
          : { method: 'PUT', path, data: newGroup(`Group ${n}`) }
      }),
    )
    await settle(system.db)
    expect((await okta('GET', '/Users?filter=active%20eq%20false&count=0')).body.totalResults).toBe(GONE)
    const wrong = await snapshot()
    const events = (await scanEvents(system.db)).length

    const dry = await undoSince(since, '--dry-run')
    expect([dry.code, dry.told]).toEqual([0, `${GONE + GROUPS} would be set back; nothing was changed`])
    expect(countsOf(dry.rows)).toEqual({ 'ROLE done': GROUPS, 'USER done': GONE })
    expect(await snapshot()).toEqual(wrong)
    const asked = (await scanEvents(system.db)).slice(events)
    expect(asked.filter(({ changes }) => changes)).toEqual([])
    expect(asked.find(({ endpoint }) => endpoint === 'admin/undo')).toMatchObject({
      ...{ type: 'ADMIN', method: 'POST', status: 200 },
      query: expect.stringContaining('dryRun=true'),
    })

    const { rows, told, code } = await undoSince(since)
    expect([code, told]).toEqual([0, `${GONE + GROUPS} set back`])
    expect(countsOf(rows)).toEqual({ 'ROLE done': GROUPS, 'USER done': GONE })
    expect(rows[0]).toMatchObject({ type: 'USER', outcome: 'done', what: 'active false → true' })
    expect(rows.findIndex(({ type }) => type === 'ROLE')).toBe(GONE)
    await settle(system.db)
    expect(await snapshot()).toEqual(before)

    const again = await undoSince(since)
    expect([again.code, countsOf(again.rows)]).toEqual([0, { 'ROLE unchanged': GROUPS, 'USER unchanged': GONE }])
  }, 600_000)

  test('is refused for what changed again, with exit code 1, and set back where it is forced', async () => {
    const { body: user } = await okta('POST', '/Users', newUser('again@example.com', { title: 'Engineer' }))
    const since = await anInstant()
    await okta('PATCH', `/Users/${user.id}`, patchOf({ op: 'replace', value: { title: 'Chief' } }))
    const [event] = (await scanEvents(system.db)).filter(
      ({ resourceId, time }) => resourceId === user.id && time > since,
    )
    await okta('PATCH', `/Users/${user.id}`, patchOf({ op: 'replace', value: { title: 'Head' } }))
    const one = await rowsOf('undo', '--event', event?.eventId ?? '')
    expect([one.code, one.told, one.rows]).toEqual([
      1,
      '0 set back, 1 refused',
      [
        {
          type: 'USER',
          id: user.id,
          name: 'again@example.com',
          outcome: 'refused',
          reason: 'changed again since: title',
        },
      ],
    ])
    const forced = await rolecall('undo', '--event', event?.eventId ?? '', '--force')
    expect(forced).toMatchObject({ code: 0, stderr: '1 set back' })
    expect(forced.stdout).toContain('title "Head" → "Engineer"')
  })

  test('is set back up to an instant, and that again as a whole, by who did it and when', async () => {
    const { body: user } = await okta('POST', '/Users', newUser('range@example.com', { title: 'Engineer' }))
    const titles = async () => (await okta('GET', `/Users/${user.id}`)).body.title
    const since = await anInstant()
    await okta('PATCH', `/Users/${user.id}`, patchOf({ op: 'replace', value: { title: 'Chief' } }))
    const until = await anInstant()
    await okta('PATCH', `/Users/${user.id}`, patchOf({ op: 'replace', value: { nickName: 'Rae' } }))
    const { told } = await undoSince(since, '--until', until)
    expect([told, await titles()]).toEqual(['1 set back', 'Engineer'])
    const ended = await anInstant()
    const { actorName = '' } = (await scanEvents(system.db)).findLast(({ endpoint }) => endpoint === 'admin/undo') ?? {}
    const again = await rowsOf('undo', '--actor', actorName, '--since', until, '--until', ended)
    expect([again.told, again.rows[0]?.what, await titles()]).toEqual([
      '1 set back',
      'title "Engineer" → "Chief"',
      'Chief',
    ])
  })

  test.each([
    ['nothing', [], 'Give --event, or --since with --integration or --actor'],
    [
      'an integration without a beginning',
      ['--integration', 'HR'],
      'Give --event, or --since with --integration or --actor',
    ],
    [
      'both',
      ['--event', '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', '--integration', 'HR', '--since', '2026-01-01'],
      'Give --event, or --since with --integration or --actor',
    ],
    ['an end without a beginning', ['--integration', 'HR', '--until', '2026-01-01'], 'Give --event, or --since with'],
    ['no event', ['--event', 'yesterday'], '--event "yesterday": expected the id of an event'],
  ])('names %s: usage', async (_what, args, said) => {
    const { code, stderr } = await rolecall('undo', ...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)])
  })
})
