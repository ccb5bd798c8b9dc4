import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../../cli/api.ts'
import { openDigests } from '../../cli/audit-verify/digests.ts'
import { byHour } from '../../cli/audit-verify/rows.ts'
import { Verification } from '../../cli/audit-verify/verify.ts'
import { writeLocalCredentials } from '../../local/credentials.ts'
import type { ChainFinding } from '../../shared/audit/chain/compare.ts'
import { type Digest, digestKey, hashOf } from '../../shared/audit/chain/digest.ts'
import { type EventRow, presentEvent } from '../../shared/audit/event-row.ts'
import { DIGESTS_QUERY, SAVED_QUERIES } from '../../shared/audit/queries.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { answerDigests, type DigestsAnswer } from '../../shared/http/digests-operation.ts'
import { FolderStore } from '../../shared/notary/folder-store.ts'
import { notarize } from '../../shared/notary/notarize.ts'
import { ensureAccount } from '../../shared/store/accounts.ts'
import type { Db } from '../../shared/store/client.ts'
import { eventKeyAt, eventSortKey, toEventItem } from '../../shared/store/events/item.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { Region } from '../../shared/store/regions/region.ts'
import { adminContext } from '../factories/admin.ts'
import { type CliResult, runCli } from '../factories/cli.ts'
import { anEvent } from '../factories/events.ts'
import { withSystem } from '../factories/system.ts'

const folder = mkdtempSync(join(tmpdir(), 'rolecall-verify-'))
const digests = join(folder, 'digests')
const system = withSystem({ driver: false, digestFolder: digests })
const store = new FolderStore(digests)

const HOUR = 3_600_000
/** Three hours that are over, on one day. */
const FIRST = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 86_400_000 + 10 * HOUR
const hour = (n: number) => new Date(FIRST + n * HOUR).toISOString()
const USER = '0199d0c2-77aa-7001-9d3e-0a1b2c3d4e5f'

beforeAll(() => writeLocalCredentials(system.adminUrl, system.credentials, folder))
afterAll(() => rmSync(folder, { recursive: true }))

const verify = (account: string, ...args: string[]): Promise<CliResult> => {
  const to = args.includes('--to') ? [] : ['--to', hour(2)]
  return runCli(['audit', 'verify', '--account', account, '--data-dir', folder, ...to, ...args])
}

/** What a verification of these three hours finds. */
async function findingsOf(account: string, ...args: string[]): Promise<[code: number, findings: object[]]> {
  const { code, stdout } = await verify(account, '--output', 'json', ...args)
  return [code, JSON.parse(stdout).findings]
}

/** An account with a history of three hours, three events in each, and their digests. */
async function history(account: string): Promise<RestEvent[]> {
  await ensureAccount(system.db, account, new Date(FIRST))
  const given = { account, method: 'PATCH', resourceDomain: 'USER', resourceId: USER, resourceName: 'ada@example.com' }
  const events = Array.from({ length: 9 }, (_, n) =>
    anEvent(new Date(FIRST + Math.floor(n / 3) * HOUR + (n % 3) * 600_000), {
      ...given,
      changes: [{ attribute: 'title', before: `${n}`, after: `${n + 1}` }],
    }),
  )
  for (const event of events) await putEvent(system.db, event)
  const then = { ...system.db, clock: () => FIRST + 3 * HOUR + 20 * 60_000 }
  await notarize(then, store, account)
  return events
}

const keyOf = ({ account, time, eventId }: RestEvent) => eventKeyAt(account, eventSortKey(time, eventId))
const nth = (events: readonly RestEvent[], n: number): RestEvent => {
  const event = events[n]
  if (!event) throw new Error(`There is no event ${n}`)
  return event
}
const remove = (event: RestEvent) =>
  system.db.client.send(new DeleteCommand({ TableName: system.db.tableName, Key: keyOf(event) }))
const put = (event: RestEvent) =>
  system.db.client.send(new PutCommand({ TableName: system.db.tableName, Item: toEventItem(system.db, event) }))
const WAS = `PATCH USER ${USER} 200 by OKTA_PROVISIONING`

describe('rolecall audit verify', () => {
  test('finds nothing where nothing was changed, and prints the hash to be kept', async () => {
    await history('calm')
    const { code, stderr, stdout } = await verify('calm')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'FINDING  TIME  EVENT  WHAT' })
    const last = JSON.parse(readFileSync(join(digests, digestKey('calm', hour(2))), 'utf8')) as Digest
    expect(stderr.split('\n')).toEqual([
      '3 hours, 9 events: nothing was changed, added or removed',
      `Last digest: ${hour(2)} ${last.hash}; keep it elsewhere, and give it as --expect`,
    ])
    expect(await findingsOf('calm', '--expect', last.hash)).toEqual([0, []])
  })

  test('names an event that was altered', async () => {
    const event = nth(await history('altered'), 4)
    const change = { UpdateExpression: 'SET ip = :ip', ExpressionAttributeValues: { ':ip': '198.51.100.1' } }
    await system.db.client.send(new UpdateCommand({ TableName: system.db.tableName, Key: keyOf(event), ...change }))
    expect(await findingsOf('altered')).toEqual([
      3,
      [{ kind: 'altered', time: event.time, id: event.eventId, says: `is not what it was: ${WAS}` }],
    ])
  })

  test('names an event that was removed', async () => {
    const event = nth(await history('removed'), 8)
    await remove(event)
    expect(await findingsOf('removed')).toEqual([
      3,
      [{ kind: 'removed', time: event.time, id: event.eventId, says: `is gone before its time: ${WAS}` }],
    ])
  })

  test('names an event that was put there later', async () => {
    await history('added')
    const event = anEvent(new Date(FIRST + 1000), { account: 'added' })
    await put(event)
    expect(await findingsOf('added')).toEqual([
      3,
      [
        {
          ...{ kind: 'added', time: event.time, id: event.eventId },
          says: 'was not there when the hour was over: GET 200 by OKTA_PROVISIONING',
        },
      ],
    ])
  })

  test('names two events that changed places', async () => {
    const events = await history('swapped')
    const [one, other] = [nth(events, 3), nth(events, 4)]
    for (const event of [one, other]) await remove(event)
    await put({ ...one, time: other.time })
    await put({ ...other, time: one.time })
    expect(await findingsOf('swapped')).toEqual([
      3,
      [
        { kind: 'moved', time: one.time, id: other.eventId, says: `was at ${other.time}: ${WAS}` },
        { kind: 'moved', time: other.time, id: one.eventId, says: `was at ${one.time}: ${WAS}` },
      ],
    ])
  })

  test('names a digest that was altered, and one that was made anew to fit', async () => {
    await history('digest')
    const path = join(digests, digestKey('digest', hour(0)))
    const digest = JSON.parse(readFileSync(path, 'utf8')) as Digest
    const changed = { ...digest, entries: digest.entries.slice(1), count: 2 }
    writeFileSync(path, JSON.stringify(changed))
    const says = 'the digest of this hour was changed, so nothing vouches for its events'
    expect(await findingsOf('digest')).toEqual([3, [{ kind: 'digest altered', time: hour(0), says }]])
    writeFileSync(path, 'gone')
    expect(await findingsOf('digest')).toEqual([3, [{ kind: 'digest altered', time: hour(0), says }]])
    writeFileSync(path, JSON.stringify({ ...changed, hash: hashOf(changed) }))
    const [code, findings] = await findingsOf('digest')
    expect([code, findings.slice(1)]).toEqual([
      3,
      [
        {
          ...{ kind: 'chain broken', time: hour(1) },
          says: `the digest of this hour does not follow the digest of ${hour(0)} that is there: one was replaced`,
        },
      ],
    ])
  })

  test.each([
    [0, ['--from', hour(0)]],
    [1, []],
    [2, []],
  ])('names the digest of hour %i that was removed', async (n, args) => {
    await history(`gone${n}`)
    rmSync(join(digests, digestKey(`gone${n}`, hour(n))))
    const says = 'there is no digest of this hour, so nothing vouches for its events'
    expect(await findingsOf(`gone${n}`, ...args)).toEqual([3, [{ kind: 'digest missing', time: hour(n), says }]])
  })

  test('a chain that was made anew from the table lacks the hash that was kept', async () => {
    const events = await history('remade')
    const kept = JSON.parse(readFileSync(join(digests, digestKey('remade', hour(2))), 'utf8')) as Digest
    rmSync(join(digests, 'digests/remade'), { recursive: true })
    await remove(nth(events, 0))
    await notarize({ ...system.db, clock: () => FIRST + 4 * HOUR + 20 * 60_000 }, store, 'remade')
    const [code, findings] = await findingsOf('remade', '--expect', kept.hash)
    expect([code, findings]).toEqual([3, [expect.objectContaining({ kind: 'not the chain' })]])
  })

  test('tells what expired from what was removed', async () => {
    const events = await history('expired')
    const path = join(digests, digestKey('expired', hour(2)))
    const digest = JSON.parse(readFileSync(path, 'utf8')) as Digest
    const past = { ...digest, keptUntil: hour(2) }
    writeFileSync(path, JSON.stringify({ ...past, hash: hashOf(past) }))
    await remove(nth(events, 7))
    const { code, stderr } = await verify('expired')
    expect([code, stderr.split('\n').slice(0, 2)]).toEqual([
      0,
      [
        '3 hours, 8 events: nothing was changed, added or removed',
        '1 events are past their retention: look in the archive',
      ],
    ])
  })

  test('takes no event for expired since another of its hour was to be', async () => {
    const events = await history('planted')
    await system.db.client.send(
      new UpdateCommand({
        ...{ TableName: system.db.tableName, Key: keyOf(nth(events, 6)), UpdateExpression: 'SET #ttl = :now' },
        ...{ ExpressionAttributeNames: { '#ttl': 'ttl' }, ExpressionAttributeValues: { ':now': FIRST / 1000 } },
      }),
    )
    rmSync(join(digests, digestKey('planted', hour(2))))
    await notarize({ ...system.db, clock: () => FIRST + 3 * HOUR + 20 * 60_000 }, store, 'planted')
    await remove(nth(events, 7))
    const [code, findings] = await findingsOf('planted')
    const removed = [6, 7].map((n) => expect.objectContaining({ kind: 'removed', id: nth(events, n).eventId }))
    expect([code, findings]).toEqual([3, removed])
  })

  test('names a digest that does not name the one before it', async () => {
    await history('skipping')
    const path = join(digests, digestKey('skipping', hour(2)))
    const digest = JSON.parse(readFileSync(path, 'utf8')) as Digest
    const other = { ...digest, previous: { hour: hour(0), hash: 'f'.repeat(64) } }
    writeFileSync(path, JSON.stringify({ ...other, hash: hashOf(other) }))
    const [code, findings] = await findingsOf('skipping')
    expect([code, findings]).toEqual([3, [expect.objectContaining({ kind: 'chain broken', time: hour(2) })]])
  })

  test('holds an exported file against the digests of the service', async () => {
    const events = await history('file')
    const file = join(folder, 'file.sqlite')
    const exported = ['export', file, '--account', 'file', '--data-dir', folder, '--from', hour(0), '--force']
    expect((await runCli(exported)).code).toBe(0)
    await remove(nth(events, 0))
    expect(await findingsOf('file', '--file', file)).toEqual([0, []])
    expect((await runCli(exported)).code).toBe(0)
    expect(await findingsOf('file', '--file', file)).toEqual([
      3,
      [
        {
          kind: 'removed',
          time: nth(events, 0).time,
          id: nth(events, 0).eventId,
          says: `is gone before its time: ${WAS}`,
        },
      ],
    ])
  })

  test('says when the first digest is due where no hour is closed yet, and that it is overdue', async () => {
    const begin = Math.floor(Date.now() / HOUR) * HOUR
    const due = new Date(begin + HOUR + 20 * 60_000).toISOString()
    await ensureAccount(system.db, 'young', new Date())
    const { code, stderr } = await verify('young')
    expect([code, stderr]).toEqual([
      0,
      `There is no digest yet, since no hour of the account is closed: the first is due at ${due}`,
    ])
    await ensureAccount(system.db, 'unserved', new Date(begin - 5 * HOUR))
    const unserved = await verify('unserved')
    const was = new Date(begin - 4 * HOUR + 20 * 60_000).toISOString()
    expect([unserved.code, unserved.stderr]).toEqual([
      3,
      `There is no digest, and the first was due at ${was}: see the alarm NotaryFailed and the log of notary`,
    ])
  })

  test('says so where the range has no digest, and others have', async () => {
    await history('elsewhere')
    const { code, stderr } = await verify('elsewhere', '--from', hour(6), '--to', hour(7))
    expect([code, stderr]).toEqual([3, 'There is no digest of the range: nothing vouches for its events'])
  })

  test('names digests that were made over three hours late, but for those that a new chain makes up for', async () => {
    await history('late')
    const at = (ms: number) => ({ ...system.db, clock: () => FIRST + ms })
    await notarize(at(9 * HOUR), store, 'late')
    const [code, findings] = await findingsOf('late', '--to', hour(7))
    const says = `the digest of this hour and of 1 behind it was made at ${new Date(FIRST + 9 * HOUR).toISOString()}, over three hours late: nothing vouches for what the events were before`
    expect([code, findings]).toEqual([3, [{ kind: 'digest late', time: hour(3), says }]])
    rmSync(join(digests, 'digests/late'), { recursive: true })
    await notarize(at(9 * HOUR), store, 'late')
    const anew = await verify('late')
    expect([anew.code, anew.stderr.split('\n')[1]]).toEqual([
      0,
      '3 hours were digested over three hours late: nothing vouches for what their events were before',
    ])
  })

  describe('of the archive', () => {
    const question = SAVED_QUERIES.find(({ name }) => name === DIGESTS_QUERY)?.sql ?? ''
    const range = ['--from', hour(0)]

    /** Rows as the archive gives them, of what `export` wrote: the same columns. */
    async function archiveOf(account: string): Promise<Record<string, string | number | null>[]> {
      const file = join(folder, `${account}.sqlite`)
      expect((await runCli(['export', file, '--account', account, '--data-dir', folder, '--from', hour(0)])).code).toBe(
        0,
      )
      const asked = question.replace("'default'", `'${account}'`)
      const { code, stdout, stderr } = await runCli(['sql', asked, '--file', file, '--output', 'json'])
      expect([code, stderr]).toEqual([0, ''])
      return JSON.parse(stdout)
    }

    const write = (name: string, text: string) => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    }
    /** As Athena writes it: nothing for no value. */
    const toCsv = (rows: Record<string, string | number | null>[]) => {
      const cell = (value: string | number | null) => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`)
      return [Object.keys(rows[0] ?? {}), ...rows.map(Object.values)].map((row) => row.map(cell).join(',')).join('\n')
    }

    test('holds rows against the digests, as JSON and as CSV, whose retention is over', async () => {
      const events = await history('archived')
      const rows = await archiveOf('archived')
      for (const event of events) await remove(event)
      const json = write('archived.json', JSON.stringify(rows))
      const csv = write('archived.csv', toCsv(rows))
      expect(await findingsOf('archived', ...range, '--file', json)).toEqual([0, []])
      expect(await findingsOf('archived', ...range, '--file', csv)).toEqual([0, []])
      const lines = write('archived.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'))
      expect(await findingsOf('archived', ...range, '--file', lines)).toEqual([0, []])
      const changed = rows.map((row, n) =>
        n === 4 ? { ...row, client_ip: '198.51.100.1', CLIENT_IP: '198.51.100.1' } : row,
      )
      const altered = write('altered.csv', toCsv(changed.slice(1)))
      expect(await findingsOf('archived', ...range, '--file', altered)).toEqual([
        3,
        [
          {
            kind: 'removed',
            time: nth(events, 0).time,
            id: nth(events, 0).eventId,
            says: `is gone before its time: ${WAS}`,
          },
          {
            kind: 'altered',
            time: nth(events, 4).time,
            id: nth(events, 4).eventId,
            says: `is not what it was: ${WAS}`,
          },
        ],
      ])
    })

    test.each([
      [
        '[{"event_id":"x"}]',
        range,
        /lacks EVENT_TIMESTAMP, EVENT_TYPE, .*: make it by the saved question events-for-digests/,
      ],
      ['no json {', range, /lacks EVENT_TIMESTAMP/],
      ['[{', range, /^Cannot read .*x.json: /],
      ['[]', [], /x.json does not say of which time it has all events: give --from, and --to where it ends/],
    ])('refuses %j', async (text, args, says) => {
      const { code, stderr } = await verify('default', ...args, '--file', write('x.json', text))
      expect([code > 0 && code < 3, stderr]).toEqual([true, expect.stringMatching(says)])
    })
  })

  test.each([
    [['--expect', 'abc'], 2, '--expect "abc": expected the 64 digits of a hash that an earlier verification printed'],
    [['--file', 'nowhere.sqlite'], 1, 'There is no file nowhere.sqlite'],
  ])('refuses %j', async (args, code, says) => {
    const found = await verify('default', ...args)
    expect([found.code, found.stderr]).toEqual([code, expect.stringContaining(says)])
  })
})

describe('GET /audit/digests', () => {
  test('shows what is stored, and since when events are', async () => {
    await history('shown')
    const stored = JSON.parse(readFileSync(join(digests, digestKey('shown', hour(1))), 'utf8')) as Digest
    const { openApi } = await import('../../cli/api.ts')
    const { credentials, adminUrl: url } = system
    const target = {
      ...{ url, region: credentials.region, startCommand: '', options: [] },
      credentials: async () => credentials,
    }
    const api = openApi(target, 'shown')
    const query = { from: hour(1), to: hour(1) }
    const answer = await api.call<object>({ path: ['audit', 'digests'], query })
    expect(answer).toEqual({
      digests: [{ hour: hour(1), digest: stored, offset: 0 }],
      eventsFrom: expect.stringMatching(/Z$/),
    })
    await expect(api.call({ path: ['audit', 'digests'], query: { next: 'x' } })).rejects.toThrow(
      'Cannot read next "x": expected "next" of an earlier answer (400)',
    )
  })

  test('tells how often a digest was written or deleted, and shows what was written first', async () => {
    await history('rewritten')
    const first = readFileSync(join(digests, digestKey('rewritten', hour(1))), 'utf8')
    /** A bucket in which somebody wrote over a digest, and deleted it then. */
    const meddled = Object.assign(new FolderStore(digests), {
      get: async (_key: string, version?: string) => (version === 'v1' ? first : 'other'),
      listKept: async () => [{ key: digestKey('rewritten', hour(1)), versions: 3, first: 'v1' }],
    })
    const context = adminContext(system.db, { account: 'rewritten' })
    const request = { query: {} } as unknown as ApiRequest
    const answer = await answerDigests(request, context, Promise.resolve(meddled))
    const body = answer.body as DigestsAnswer
    expect(body.digests).toEqual([{ hour: hour(1), digest: JSON.parse(first), offset: 0, versions: 3 }])
    const shown = await openDigests(
      { call: async () => body } as unknown as Api,
      { from: undefined, to: undefined },
      new AbortController().signal,
    )
    const rows = { from: 0, to: 0, eventsFrom: 0, expire: true, hours: byHour([]) }
    const question = {
      digests: shown,
      openRows: () => rows,
      from: FIRST + HOUR,
      to: FIRST + 2 * HOUR - 1,
      expected: undefined,
    }
    const findings: ChainFinding[] = []
    for await (const some of new Verification({ ...question, now: Date.now() }).findings()) findings.push(...some)
    expect(findings).toEqual([
      {
        ...{ kind: 'digest replaced', time: hour(1) },
        says: 'the digest of this hour was written over or deleted: there are 3 versions, and events are held against the first',
      },
    ])
  })

  test('of several regions vouches for what its own wrote, whatever arrives of the other', async () => {
    const all = ['eu-central-1', 'eu-west-1']
    const [eu, west] = all.map((own) => ({ ...system.db, region: new Region({ own, all }) })) as [Db, Db]
    await ensureAccount(eu, 'regions', new Date(FIRST))
    const eventAt = (minute: number) => anEvent(new Date(FIRST + minute * 60_000), { account: 'regions' })
    const events = [1, 2].map(eventAt)
    for (const event of events) await putEvent(eu, event)
    await notarize({ ...eu, clock: () => FIRST + HOUR + 20 * 60_000 }, store, 'regions')
    // On its way until then.
    const late = eventAt(3)
    await putEvent(west, late)
    const query = { query: { from: hour(0), to: hour(0) } } as unknown as ApiRequest
    const answer = await answerDigests(query, adminContext(eu, { account: 'regions' }), Promise.resolve(store))
    const body = answer.body as DigestsAnswer
    expect(body.region).toEqual({ own: 'eu-central-1', home: 'eu-central-1' })
    const rowsOf = (own: Db) => (event: RestEvent) => presentEvent({ ...event, wrote: own.region?.own as string })
    const verified = async (rows: EventRow[]) => {
      const shown = await openDigests(
        { call: async () => body } as unknown as Api,
        { from: undefined, to: undefined },
        new AbortController().signal,
      )
      const range = { from: FIRST, to: FIRST + HOUR - 1 }
      const openRows = () => ({ ...range, eventsFrom: 0, expire: true, hours: byHour([rows]) })
      const findings: ChainFinding[] = []
      const question = { digests: shown, openRows, ...range, expected: undefined, now: Date.now() }
      for await (const some of new Verification(question).findings()) findings.push(...some)
      return findings.map(({ kind, id }) => [kind, id])
    }
    const own = events.map(rowsOf(eu))
    expect(await verified([...own, rowsOf(west)(late)])).toEqual([])
    expect(await verified(own.slice(1))).toEqual([['removed', events[0]?.eventId]])
  })
})
