import { expect, test } from 'vitest'
import { fullTemplate, resourcesOf } from './stack.ts'

const mappings = resourcesOf('AWS::Lambda::EventSourceMapping').map(([, properties]) => properties)
const listening = mappings.find(({ FilterCriteria }) => FilterCriteria)
const working = mappings.find(({ FilterCriteria }) => !FilterCriteria)
const queues = resourcesOf('AWS::SQS::Queue')
const idOf = (part: string) => queues.find(([id]) => id.includes(part))?.[0]

test('the stream rings for heads that a request wrote, and for nothing that the worker writes', () => {
  const filters = listening?.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))
  expect(filters).toEqual([
    {
      dynamodb: {
        Keys: { pk: { S: [{ prefix: 'A#' }] }, sk: { S: [{ prefix: 'GROUP#' }, { prefix: 'USER#' }] } },
        NewImage: { writer: { S: ['request'] } },
      },
    },
  ])
})

test('a record that fails blocks its shard for a bounded time, and is told', () => {
  expect(listening).toMatchObject({
    StartingPosition: 'TRIM_HORIZON',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 10,
    MaximumRecordAgeInSeconds: 3600,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [idOf('Unheard'), 'Arn'] } } },
  })
})

test('an event that archive or bus do not take is tried for as long as the stream keeps it', () => {
  const resources = Object.values(fullTemplate().Resources) as { Type: string; Properties?: object }[]
  const [mapping] = resources.filter(({ Properties }) => 'FilterCriteria' in Object(Properties))
  expect(mapping?.Properties).toMatchObject({
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: 86_400,
    DestinationConfig: { OnFailure: { Destination: expect.anything() } },
  })
})

test('what runs by a schedule is run once: neither EventBridge nor Lambda tries again', () => {
  const byFunction = new Map(
    resourcesOf('AWS::Lambda::EventInvokeConfig').map(([, config]) => [config.FunctionName.Ref, config]),
  )
  const rules = resourcesOf('AWS::Events::Rule').map(([, rule]) => rule)
  expect(rules).toHaveLength(4)
  for (const {
    Targets: [{ Arn, RetryPolicy }],
    ScheduleExpression,
  } of rules) {
    const seconds = ScheduleExpression === 'rate(1 minute)' ? 60 : 3600
    expect(RetryPolicy).toEqual({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: seconds })
    expect(byFunction.get(Arn['Fn::GetAtt'][0])).toMatchObject({
      ...{ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: seconds },
    })
  }
})

test('work waits in a FIFO queue, one message at a time, longer than its worker may run', () => {
  const queue = Object.fromEntries(queues)[idOf('WorkQueue') ?? '']
  expect(queue).toMatchObject({
    FifoQueue: true,
    FifoThroughputLimit: 'perMessageGroupId',
    DeduplicationScope: 'messageGroup',
    SqsManagedSseEnabled: true,
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [idOf('Failed'), 'Arn'] }, maxReceiveCount: 10 },
  })
  expect(working).toMatchObject({ BatchSize: 1, EventSourceArn: { 'Fn::GetAtt': [idOf('WorkQueue'), 'Arn'] } })
  const worker = resourcesOf('AWS::Lambda::Function').find(([, { FunctionName }]) => FunctionName === 'rolecall-worker')
  expect(queue?.VisibilityTimeout).toBeGreaterThan(worker?.[1].Timeout)
  // It sends itself the next slice, however many there are.
  expect(worker?.[1].RecursiveLoop).toBe('Allow')
})

test('lost doorbells are looked for every minute', () => {
  const changes = resourcesOf('AWS::Lambda::Function').find(
    ([, { FunctionName }]) => FunctionName === 'rolecall-changes',
  )
  const rules = resourcesOf('AWS::Events::Rule').map(([, rule]) => rule)
  expect(rules.filter(({ ScheduleExpression }) => ScheduleExpression === 'rate(1 minute)')).toMatchObject([
    { Targets: [{ Arn: { 'Fn::GetAtt': [changes?.[0], 'Arn'] } }] },
  ])
})

test('what is not being finished raises an alarm', () => {
  const ours = resourcesOf('AWS::CloudWatch::Alarm').filter(([id]) => id.includes('Work'))
  const alarms = ours.map(([, alarm]) => [alarm.MetricName, alarm.Threshold])
  expect(alarms.sort()).toEqual([
    ['ApproximateAgeOfOldestMessage', 600],
    ['ApproximateNumberOfMessagesVisible', 0],
    ['ApproximateNumberOfMessagesVisible', 1000],
    ['Errors', 2],
    ['IteratorAge', 300_000],
    ['NumberOfMessagesSent', 0],
    ['OldestChangeSeconds', 600],
  ])
})
