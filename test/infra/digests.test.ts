import { expect, test } from 'vitest'
import { SAVED_QUERIES } from '../../shared/audit/queries.ts'
import { statementsOf } from './iam.ts'
import { fullTemplate, resourcesOf } from './stack.ts'
import { list, type Statement } from './statement.ts'

const buckets = resourcesOf('AWS::S3::Bucket')
const [bucketId, bucket] = buckets[0] ?? ['', {}]
const actionsOn = (statements: Statement[], part: string) =>
  statements.flatMap(({ Action, Resource }) => (JSON.stringify(Resource).includes(part) ? list(Action) : [])).sort()

test('digests are in a bucket of their own, which is private, keeps every version and outlives the stack', () => {
  expect(buckets).toHaveLength(1)
  expect(bucket).toMatchObject({
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    VersioningConfiguration: { Status: 'Enabled' },
  })
  expect(bucket).not.toHaveProperty('ObjectLockEnabled')
})

test('the notary writes digests and audit reads them; no other function reaches the bucket', () => {
  expect(actionsOn(statementsOf('notary'), bucketId)).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject'])
  expect(actionsOn(statementsOf('audit'), bucketId)).toEqual(['s3:GetObject', 's3:ListBucket'])
  const policies = resourcesOf('AWS::IAM::Policy').filter(([, policy]) => JSON.stringify(policy).includes(bucketId))
  expect(policies).toHaveLength(2)
})

test('whoever else writes, and whoever deletes, is refused by the bucket', () => {
  const [policy] = resourcesOf('AWS::S3::BucketPolicy').map(([, { PolicyDocument }]) => PolicyDocument.Statement)
  expect(policy?.slice(1)).toMatchObject([
    {
      ...{ Effect: 'Deny', Action: 's3:PutObject' },
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': [expect.stringContaining('notary'), 'Arn'] } } },
    },
    { Effect: 'Deny', Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'] },
    { Effect: 'Deny', Action: 's3:PutObject', Condition: { Null: { 's3:if-none-match': 'true' } } },
  ])
})

test('an hour gets its digest twenty minutes after its end; three hours without are told', () => {
  const rules = resourcesOf('AWS::Events::Rule').map(([, rule]) => rule.ScheduleExpression)
  expect(rules).toContain('cron(20 * * * ? *)')
  expect(resourcesOf('AWS::CloudWatch::Alarm').filter(([id]) => id.includes('NotaryFailed'))).toMatchObject([
    [expect.any(String), { MetricName: 'Errors', Period: 3600, EvaluationPeriods: 3, Threshold: 0 }],
  ])
})

const resources = Object.values(fullTemplate().Resources) as {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into a template of their own making
  Properties: any
}[]
const propertiesOf = (type: string) => resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties)

test('without its settings nothing of change events and archive is there', () => {
  for (const type of ['Events::EventBus', 'KinesisFirehose::DeliveryStream', 'Glue::Table', 'Athena::WorkGroup'])
    expect(resourcesOf(`AWS::${type}`)).toEqual([])
})

test('with a lock nobody at all deletes a digest for so many days', () => {
  expect(propertiesOf('AWS::S3::Bucket').filter(({ ObjectLockEnabled }) => ObjectLockEnabled)).toMatchObject([
    { ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } } } },
  ])
})

test('one mapping reads the stream for doorbells and events, and events alone have a method', () => {
  const mappings = propertiesOf('AWS::Lambda::EventSourceMapping').filter(({ FilterCriteria }) => FilterCriteria)
  expect(mappings).toHaveLength(1)
  const patterns = mappings[0].FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))
  expect(patterns).toHaveLength(2)
  expect(patterns[1]).toEqual({
    dynamodb: {
      Keys: { pk: { S: [{ prefix: 'A#' }] }, sk: { S: [{ prefix: '2' }] } },
      NewImage: { verb: { S: [{ exists: true }] } },
    },
  })
})

test('the reader of the stream may publish on its bus and hand on to its stream, and knows both', () => {
  const changes = propertiesOf('AWS::Lambda::Function').find(({ FunctionName }) => FunctionName.endsWith('-changes'))
  expect(Object.keys(changes.Environment.Variables)).toEqual(expect.arrayContaining(['EVENT_BUS', 'ARCHIVE_STREAM']))
  const statements = propertiesOf('AWS::IAM::Policy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
  const putting = statements.filter(({ Action }) => ['events:PutEvents', 'firehose:PutRecordBatch'].includes(Action))
  expect(putting.map(({ Action, Resource }) => [Action, Object.keys(Resource)])).toEqual([
    ['events:PutEvents', ['Fn::GetAtt']],
    ['firehose:PutRecordBatch', ['Fn::GetAtt']],
  ])
})

test('Firehose makes Parquet of at least 64 MiB, by account and day, and keeps what it cannot make', () => {
  const [{ ExtendedS3DestinationConfiguration: destination }] = propertiesOf('AWS::KinesisFirehose::DeliveryStream')
  expect(destination).toMatchObject({
    Prefix: 'events/account=!{partitionKeyFromQuery:account}/day=!{partitionKeyFromQuery:day}/',
    ErrorOutputPrefix: 'failed/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/',
    BufferingHints: { SizeInMBs: 128, IntervalInSeconds: 900 },
    DynamicPartitioningConfiguration: { Enabled: true },
    DataFormatConversionConfiguration: { Enabled: true },
  })
})

test('the workgroup bounds what a question reads, and holds the saved ones word for word', () => {
  const [group] = propertiesOf('AWS::Athena::WorkGroup')
  expect(group.WorkGroupConfiguration).toMatchObject({
    EnforceWorkGroupConfiguration: true,
    BytesScannedCutoffPerQuery: 10_737_418_240,
    ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS' } },
  })
  const saved = propertiesOf('AWS::Athena::NamedQuery').map(({ Name, QueryString }) => [Name, QueryString])
  expect(saved.sort()).toEqual(SAVED_QUERIES.map(({ name, sql }) => [name, sql]).sort())
})

test('what the archive keeps goes when its time is over', () => {
  const rules = propertiesOf('AWS::S3::Bucket').flatMap(
    ({ LifecycleConfiguration }) => LifecycleConfiguration?.Rules ?? [],
  )
  expect(rules.map(({ ExpirationInDays }) => ExpirationInDays).filter(Boolean)).toEqual([400, 30])
})
