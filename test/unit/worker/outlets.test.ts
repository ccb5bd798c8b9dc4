import { PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ARCHIVE_COLUMNS, ARCHIVE_PARTITIONS } from '../../../shared/audit/archive-row.ts'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { changesHandler } from '../../../shared/http/changes-handler.ts'
import { busDetail, toBusEvent } from '../../../shared/resources/feed/bus-event.ts'
import type { Db } from '../../../shared/store/client.ts'
import { toEventItem } from '../../../shared/store/events/item.ts'
import { openArchive } from '../../../shared/worker/outlets/archive.ts'
import { openEventBus } from '../../../shared/worker/outlets/event-bus.ts'
import type { Outlet } from '../../../shared/worker/outlets/outlet.ts'
import { lambdaContext } from '../../factories/api-event.ts'
import { anEvent } from '../../factories/events.ts'

const AT = new Date('2026-11-27T10:00:00.123Z')
const CHANGES = [{ attribute: 'title', before: 'Ms', after: { deep: [1, true, null] } }]
const given = { method: 'PATCH', resourceDomain: 'USER', resourceId: 'u1', resourceName: 'ada@example.com' } as const
const aChange = (more: Partial<RestEvent> = {}) => anEvent(AT, { ...given, changes: CHANGES, version: 7, ...more })

/** A client that keeps what it is sent, and answers it in turn. */
function fakeClient(answers: object[]) {
  // biome-ignore lint/suspicious/noExplicitAny: what is sent is looked into
  const sent: any[] = []
  const send = async (command: { input: object }) => {
    sent.push(command.input)
    return answers.shift() ?? {}
  }
  return { sent, client: { send } as never }
}
const taken = (count: number) => Array.from({ length: count }, () => ({ EventId: 'x', RecordId: 'x' }))

describe('toBusEvent()', () => {
  test('tells a change without a name of anybody, in the form that is documented', () => {
    const event = aChange()
    const found = toBusEvent(event)
    expect(found).toEqual({
      detailType: 'User Changed',
      detail: {
        ...{ schema: 1, eventId: event.eventId, account: 'default', at: '2026-11-27T10:00:00.123Z' },
        resource: { type: 'User', id: 'u1', version: 7 },
        ...{ owner: 'OKTA_PROVISIONER', integration: 'OKTA_PROVISIONING', attributes: ['title'] },
      },
    })
    expect(busDetail.parse(found?.detail)).toEqual(found?.detail)
    const byHand = toBusEvent(aChange({ type: 'ADMIN', actorName: 'arn:aws:iam::1:user/ada', actorDomain: 'IAM' }))
    expect(JSON.stringify(byHand)).not.toContain('ada')
  })

  const members = [{ attribute: 'members.added', after: ['u1'] }]
  test.each([
    ['User Created', { act: 'created' }],
    ['User Deleted', { act: 'deleted' }],
    ['Group Changed', { resourceDomain: 'ROLE' }],
    ['Members Changed', { resourceDomain: 'ROLE', changes: members }],
    ['Group Created', { resourceDomain: 'ROLE', changes: members, act: 'created' }],
    ['Integration Changed', { resourceDomain: 'INTEGRATION', resourceId: 'OKTA', type: 'ADMIN' }],
  ] as const)('%s', (expected, more) => {
    expect(toBusEvent(aChange(more as Partial<RestEvent>))?.detailType).toBe(expected)
  })

  test('a read, a refusal and a token are no change', () => {
    expect([
      toBusEvent(anEvent(AT, given)),
      toBusEvent(aChange({ status: 412 })),
      toBusEvent(aChange({ resourceDomain: 'TOKEN' })),
    ]).toEqual([undefined, undefined, undefined])
  })
})

describe('the event bus', () => {
  test('takes ten changes a call, and is sent again what it did not take', async () => {
    const events = Array.from({ length: 12 }, (_, n) => aChange({ resourceId: `u${n}` }))
    const first = [...taken(3), { ErrorCode: 'ThrottlingException' }, ...taken(6)]
    const { sent, client } = fakeClient([{ Entries: first }, { Entries: taken(1) }, { Entries: taken(2) }])
    expect(await openEventBus('arn:bus', client).send([anEvent(AT), ...events])).toEqual([])
    expect(sent.map(({ Entries }) => Entries.length)).toEqual([10, 1, 2])
    expect(sent[1].Entries).toEqual([
      {
        ...{ EventBusName: 'arn:bus', Source: 'rolecall', DetailType: 'User Changed', Time: AT },
        Detail: JSON.stringify(toBusEvent(events[3] as RestEvent)?.detail),
      },
    ])
    expect(new PutEventsCommand(sent[1]).input.Entries).toHaveLength(1)
  })

  test('names what it never took', async () => {
    const event = aChange()
    const { client } = fakeClient([])
    expect(await openEventBus('arn:bus', client).send([event])).toEqual([event])
  })
})

test('the archive gets a JSON line for each event, with its columns and partitions, and again what it did not take', async () => {
  const events = [anEvent(AT), aChange()]
  const { sent, client } = fakeClient([{ RequestResponses: [taken(1)[0], {}] }, { RequestResponses: taken(1) }])
  expect(await openArchive('stream', client).send(events)).toEqual([])
  const lines = sent.map(({ Records }) => Records.map(({ Data }: { Data: Buffer }) => Data.toString()))
  expect(lines.map((some) => some.length)).toEqual([2, 1])
  expect(lines[1][0]).toBe(lines[0][1])
  const row = JSON.parse(lines[0][1])
  expect(Object.keys(row)).toEqual([...ARCHIVE_COLUMNS.map(({ name }) => name), ...ARCHIVE_PARTITIONS])
  expect(row).toMatchObject({
    ...{ event_timestamp: '2026-11-27 10:00:00.123', day: '2026-11-27', account: 'default', http_status: 200 },
    ...{ resource_name: 'ada@example.com', error_code: null },
  })
  expect(new PutRecordBatchCommand(sent[0]).input.DeliveryStreamName).toBe('stream')
})

describe('changes', () => {
  afterEach(() => vi.restoreAllMocks())

  const table = { tableName: 't', eventRetentionDays: 90 }
  const toImage = (value: unknown): object => {
    if (value === null) return { NULL: true }
    if (typeof value === 'string') return { S: value }
    if (typeof value === 'number') return { N: String(value) }
    if (typeof value === 'boolean') return { BOOL: value }
    if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') }
    if (Array.isArray(value)) return { L: value.map(toImage) }
    return { M: Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, toImage(one)])) }
  }
  let sequence = 0
  const record = (event: RestEvent): DynamoDBRecord => {
    const { M } = toImage(toEventItem(table, event)) as { M: Record<string, { S: string }> }
    const Keys = { pk: M.pk as { S: string }, sk: M.sk as { S: string } }
    return { eventID: `e${++sequence}`, dynamodb: { SequenceNumber: String(sequence), Keys, NewImage: M } }
  }
  const unused = { db: {} as Db, queue: { send: async () => Promise.reject(new Error('not a head')) } }

  test('hands each event on as it was stored, packed changes too, to every outlet', async () => {
    const many = Array.from({ length: 60 }, (_, n) => ({ attribute: `a${n}`, before: 'x'.repeat(40), after: 'y' }))
    const events = [aChange(), aChange({ changes: many }), anEvent(AT)]
    const heard: (readonly RestEvent[])[] = []
    const outlet: Outlet = {
      async send(some) {
        heard.push(some)
        return []
      },
    }
    const handler = changesHandler({ ...unused, outlets: [outlet, outlet] })
    expect(await handler({ Records: events.map(record) }, lambdaContext())).toEqual({ batchItemFailures: [] })
    expect(heard).toEqual([events, events])
  })

  test('asks for what an outlet did not take again, and for nothing else', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const records = [record(aChange({ resourceId: 'u1' })), record(aChange({ resourceId: 'u2' }))]
    const picky: Outlet = { send: async (some) => some.filter(({ resourceId }) => resourceId === 'u2') }
    expect(await changesHandler({ ...unused, outlets: [picky] })({ Records: records }, lambdaContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: records[1]?.dynamodb?.SequenceNumber }],
    })
    const away: Outlet = { send: async () => Promise.reject(new Error('away')) }
    expect(await changesHandler({ ...unused, outlets: [away] })({ Records: records }, lambdaContext())).toEqual({
      batchItemFailures: records.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber })),
    })
  })
})
