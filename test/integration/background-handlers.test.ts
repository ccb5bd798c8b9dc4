import { isDeepStrictEqual } from 'node:util'
import type { DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent, SQSEvent } from 'aws-lambda'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { changesHandler } from '../../shared/http/changes-handler.ts'
import { workerHandler } from '../../shared/http/worker-handler.ts'
import { ensureAccount } from '../../shared/store/accounts.ts'
import type { Db } from '../../shared/store/client.ts'
import { pendingKey } from '../../shared/store/keys.ts'
import { getBeat } from '../../shared/store/regions/marker.ts'
import { putFence } from '../../shared/store/regions/put-fence.ts'
import { Region } from '../../shared/store/regions/region.ts'
import type { Work } from '../../shared/worker/work.ts'
import { lambdaContext } from '../factories/api-event.ts'
import { testTable, withTable } from '../factories/engine.ts'
import { itemsOf } from '../factories/items.ts'
import { newGroup, newUser, principal, scimApi } from '../factories/scim-api.ts'

const db = withTable()
const EU = 'eu-central-1'
const US = 'us-east-1'
const inRegion = (own: string): Db => ({ ...db, region: new Region({ own, all: [EU, US] }) })

/** A queue that keeps what it is sent; it takes no work of the groups in `broken`. */
function keepingQueue(broken: readonly string[] = []) {
  const sent: { work: Work; once: string }[] = []
  const send = async (work: Work, once: string) => {
    if (broken.includes(work.id)) throw new Error('The queue is away')
    sent.push({ work, once })
  }
  return { sent, queue: { send } }
}

/** Keeps the log's lines from the screen, and hands them out parsed. */
function keptLines() {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  return () => written.mock.calls.map(([text]) => JSON.parse(String(text)))
}
afterEach(() => vi.restoreAllMocks())

const within = (ms: number) => ({ ...lambdaContext(), getRemainingTimeInMillis: () => ms })

let sequence = 0
const record = (sk: string, NewImage: object | undefined = { writer: { S: 'request' } }): DynamoDBRecord => ({
  eventID: `event-${++sequence}`,
  dynamodb: {
    SequenceNumber: String(sequence),
    Keys: { pk: { S: pendingKey('acme') }, sk: { S: sk } },
    ...(NewImage && { NewImage: NewImage as NonNullable<DynamoDBRecord['dynamodb']>['NewImage'] & object }),
  },
})
const stream = (...Records: DynamoDBRecord[]): DynamoDBStreamEvent => ({ Records })
const group = (id: string): Work => ({ account: 'acme', kind: 'GROUP', id })

describe('changes', () => {
  test('hands on one message for each head, under the name of its last record', async () => {
    const { sent, queue } = keepingQueue()
    const records = [record('GROUP#g1'), record('USER#u1'), record('GROUP#g1')]
    expect(await changesHandler({ db, queue })(stream(...records), lambdaContext())).toEqual({ batchItemFailures: [] })
    expect(sent).toEqual([
      { work: group('g1'), once: records[2]?.eventID },
      { work: { account: 'acme', kind: 'USER', id: 'u1' }, once: records[1]?.eventID },
    ])
  })

  test('asks for the records of a head again whose message could not be sent, and for no others', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const { sent, queue } = keepingQueue(['g1'])
    const records = [record('GROUP#g2'), record('GROUP#g1'), record('GROUP#g1')]
    expect(await changesHandler({ db, queue })(stream(...records), lambdaContext())).toEqual({
      batchItemFailures: records.slice(1).map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber })),
    })
    expect(sent.map(({ work }) => work)).toEqual([group('g2')])
  })

  test('of several regions rings for what its own wrote', async () => {
    const { sent, queue } = keepingQueue()
    const by = (wrote?: string) => ({ writer: { S: 'request' }, ...(wrote && { wrote: { S: wrote } }) })
    const records = [record('GROUP#g1', by(`${EU}#2`)), record('GROUP#g2', by(`${US}#2`)), record('GROUP#g3', by())]
    await changesHandler({ db: inRegion(EU), queue })(stream(...records), lambdaContext())
    expect(sent.map(({ work }) => work.id)).toEqual(['g1', 'g3'])
    sent.length = 0
    await changesHandler({ db: inRegion(US), queue })(stream(...records), lambdaContext())
    expect(sent.map(({ work }) => work.id)).toEqual(['g2'])
  })

  test('passes over heads that are gone, and what is none', async () => {
    const { sent, queue } = keepingQueue()
    const gone = { ...record('GROUP#g1'), dynamodb: { Keys: record('GROUP#g1').dynamodb?.Keys ?? {} } }
    expect(await changesHandler({ db, queue })(stream(gone, record('OTHER#x')), lambdaContext())).toEqual({
      batchItemFailures: [],
    })
    expect(sent).toEqual([])
  })
})

/** A group of an account of its own, with a change of so many members in its queue. */
async function queued(account: string, members: number): Promise<Work> {
  await ensureAccount(db, account, new Date())
  const call = scimApi(db, principal({ account }))
  const users = Array.from({ length: members }, (_, n) => newUser(`${account}-${n}`))
  const created = await Promise.all(users.map((user) => call('POST', '/Users', user)))
  const refs = created.map(({ body }) => ({ value: body.id }))
  const { body } = await call('POST', '/Groups', newGroup('Queued', { members: refs }))
  return { account, kind: 'GROUP', id: body.id }
}

test('every minute changes hands on what no doorbell told of', async () => {
  const work = await queued('minutely', 50)
  const { sent, queue } = keepingQueue()
  const minute = { id: 'minute-7' } as EventBridgeEvent<'Scheduled Event', unknown>
  const lines = keptLines()
  const later = { ...db, clock: () => Date.now() + 600_000 }
  expect(await changesHandler({ db: later, queue })(minute, lambdaContext())).toEqual({ batchItemFailures: [] })
  expect(sent).toEqual([{ work, once: `GROUP:${work.id}:minute-7` }])
  const [open, ...others] = lines()
  expect([open, others]).toMatchObject([
    { level: 'INFO', message: 'open changes', requestId: 'minute-7', OpenChanges: 1, OpenIntents: 1 },
    [{ message: 'watch', requestId: 'minute-7', HoursSinceWatch: 0 }],
  ])
  expect(open.OldestChangeSeconds).toBeGreaterThanOrEqual(600)
  expect(open.OldestChangeSeconds).toBeLessThan(700)
})

test('every minute no more is told than how long ago the watch ran, where nothing is open', async () => {
  const lines = keptLines()
  const minute = { id: 'minute-6' } as EventBridgeEvent<'Scheduled Event', unknown>
  await changesHandler({ db: await testTable(), queue: keepingQueue().queue })(minute, lambdaContext())
  expect(lines()).toMatchObject([{ message: 'watch', HoursSinceWatch: 0 }])
})

test('every minute a region of several says that it lives, and whether it is primary', async () => {
  const work = await queued('elsewhere', 50)
  await putFence(db, 'elsewhere', { primary: US, epoch: 1 })
  const { sent, queue } = keepingQueue()
  const lines = keptLines()
  const minute = { id: 'minute-8' } as EventBridgeEvent<'Scheduled Event', unknown>
  const now = Date.now()
  const at = (own: string): Db => ({ ...inRegion(own), clock: () => now })
  for (const own of [EU, US]) await changesHandler({ db: at(own), queue })(minute, within(60_000))
  const told = lines().filter(({ message }) => message === 'region')
  const line = (region: string, IsPrimary: number) => ({ requestId: 'minute-8', region, primary: EU, IsPrimary })
  expect(told).toEqual([expect.objectContaining(line(EU, 1)), expect.objectContaining(line(US, 0))])
  expect(await Promise.all([EU, US].map((region) => getBeat(db, region)))).toEqual([now, now])
  // The work of an account is found in its primary region.
  const found = sent.filter((one) => isDeepStrictEqual(one.work, work))
  expect(found).toHaveLength(1)
})

test('what cannot be handed on keeps nothing else waiting', async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const [first, second] = [await queued('a-first', 50), await queued('b-second', 50)]
  const { sent, queue } = keepingQueue([first.id])
  await changesHandler({ db, queue })(
    { id: 'minute-8' } as EventBridgeEvent<'Scheduled Event', unknown>,
    lambdaContext(),
  )
  vi.restoreAllMocks()
  expect(sent.map(({ work }) => work)).toContainEqual(second)
})

test('every minute ends before its time, and the next one goes on from there', async () => {
  const works = [await queued('c-first', 50), await queued('c-second', 50)]
  const { sent, queue } = keepingQueue()
  let now = Date.now()
  const late = now + 10_000
  const minute = changesHandler({
    db: { ...db, clock: () => now },
    queue: {
      async send(work, once) {
        await queue.send(work, once)
        if (now < late) now = late
      },
    },
  })
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await minute({ id: 'minute-9' } as EventBridgeEvent<'Scheduled Event', unknown>, lambdaContext())
  vi.restoreAllMocks()
  expect(works.every((work) => sent.some((one) => isDeepStrictEqual(one.work, work)))).toBe(false)
  await minute({ id: 'minute-10' } as EventBridgeEvent<'Scheduled Event', unknown>, lambdaContext())
  for (const work of works) expect(sent.map((one) => one.work)).toContainEqual(work)
})

describe('worker', () => {
  const message = (work: unknown): SQSEvent =>
    ({ Records: [{ messageId: 'm1', body: JSON.stringify(work) }] }) as SQSEvent

  test('does a slice, and is done where nothing is left', async () => {
    const work = await queued('worked', 50)
    const { sent, queue } = keepingQueue()
    const worker = workerHandler({ db, queue })
    const lines = keptLines()
    await worker(message(work), within(40_000))
    expect([sent, await itemsOf(db, pendingKey('worked'))]).toEqual([[], []])
    await worker(message(work), within(40_000))
    expect(sent).toEqual([])
    const slice = { message: 'slice', requestId: 'm1', account: 'worked', kind: 'GROUP', end: 'done' }
    expect(lines()).toMatchObject([slice, slice])
    expect(lines().map(({ calls }) => calls > 0)).toEqual([true, true])
  })

  test('sends itself the next slice where its time ends before, once however often it is called', async () => {
    const work = await queued('slow', 50)
    const { sent, queue } = keepingQueue()
    await workerHandler({ db, queue })(message(work), within(5_000))
    expect(sent).toEqual([{ work, once: 'm1:next' }])
    expect((await itemsOf(db, pendingKey('slow'))).length).toBe(1)
  })

  test('leaves a message that is none of ours to be seen by somebody', async () => {
    const { queue } = keepingQueue()
    const lines = keptLines()
    await expect(workerHandler({ db, queue })(message({ kind: 'OTHER' }), within(40_000))).rejects.toThrow()
    expect(lines()).toMatchObject([{ level: 'ERROR', requestId: 'm1', UnexpectedErrors: 1 }])
  })
})
