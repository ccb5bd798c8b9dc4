import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { listRinging } from '../../cli/failover/alarms.ts'

const asked: object[] = []
let answers: { status: number; body: unknown }[] = []
beforeEach(() => {
  asked.length = 0
})

/** CloudWatch as it answers in JSON, one answer after the other. */
const cloudWatch = createServer(async (request: IncomingMessage, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { method, url, headers } = request
  const isSigned = /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/monitoring\//.test(headers.authorization ?? '')
  asked.push({ method, url, target: headers['x-amz-target'], isSigned, question: JSON.parse(body) })
  const { status, body: told } = answers.shift() ?? { status: 500, body: '' }
  response.writeHead(status).end(typeof told === 'string' ? told : JSON.stringify(told))
}).listen(0, '127.0.0.1')
await once(cloudWatch, 'listening')
afterAll(() => cloudWatch.close())

const list = () =>
  listRinging(
    {
      region: 'eu-west-1',
      credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
      endpoint: `http://127.0.0.1:${(cloudWatch.address() as AddressInfo).port}/`,
    },
    'rolecall',
  )
const at = (time: string) => Date.parse(time) / 1000

test('alarms that ring are told with the longest first, page by page, without those of other stages', async () => {
  const metric = (AlarmName: string, time: string) => ({
    ...{ AlarmName, StateValue: 'ALARM', StateTransitionedTimestamp: at(time), StateUpdatedTimestamp: at(time) + 60 },
  })
  const MetricAlarms = [
    metric('rolecall-ReplicationLate', '2026-11-27T10:00:00.250Z'),
    metric('rolecall-staging-ReplicationLate', '2026-11-27T08:00:00Z'),
  ]
  const CompositeAlarms = [{ AlarmName: 'rolecall-WorkStuck', StateUpdatedTimestamp: at('2026-11-27T09:00:00Z') }]
  answers = [
    { status: 200, body: { MetricAlarms, CompositeAlarms: [], NextToken: 'more' } },
    { status: 200, body: { CompositeAlarms } },
  ]
  expect(await list()).toEqual([
    { name: 'WorkStuck', since: '2026-11-27T09:00:00.000Z' },
    { name: 'ReplicationLate', since: '2026-11-27T10:00:00.250Z' },
  ])
  const question = {
    ...{ AlarmNamePrefix: 'rolecall-', StateValue: 'ALARM', MaxRecords: 100 },
    AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
  }
  const sent = { method: 'POST', url: '/', target: 'GraniteServiceVersion20100801.DescribeAlarms', isSigned: true }
  expect(asked).toEqual([
    { ...sent, question },
    { ...sent, question: { ...question, NextToken: 'more' } },
  ])
})

const DENIED = 'User: jane is not authorized to perform: cloudwatch:DescribeAlarms'
test.each([
  [403, { __type: 'com.amazon.coral.service#AccessDeniedException', Message: DENIED }, DENIED],
  [400, { __type: 'InvalidNextToken', message: 'The token is invalid' }, 'The token is invalid'],
  [502, 'Bad gateway', 'it answered 502'],
])('what it refuses is said (%i)', async (status, body, says) => {
  answers = [{ status, body }]
  await expect(list()).rejects.toThrow(says)
})
