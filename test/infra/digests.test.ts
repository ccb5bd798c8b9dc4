import { expect, test } from 'vitest'
import { SAVED_QUERIES } from '../../shared/audit/queries.ts'
import { statementsOf } from './iam.ts'
import { fullTemplate, resourcesOf } from './stack.ts'
import { list, type Statement } from './statement.ts'

const buckets = resourcesOf('AWS::S3::Bucket')
interface Policy {
  Bucket: unknown
  PolicyDocument: { Statement: Statement[] }
}
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
  expect(actionsOn(statementsOf('audit'), bucketId)).toEqual([
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
  ])
  const policies = resourcesOf('AWS::IAM::Policy').filter(([, policy]) => JSON.stringify(policy).includes(bucketId))
  expect(policies).toHaveLength(2)
})

/** What a bucket's policy denies to everybody, beside what is not sent by TLS. */
const denialsOf = (policy: Policy | undefined) => policy?.PolicyDocument.Statement.slice(1)
const REMOVING = ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:ReplicateDelete', 's3:ReplicateObject']
/** What everybody is denied but a writer, and whoever CloudFormation deploys by. */
const keptFor = (writer: string, deployer: unknown) => [
  {
    ...{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:PutObject' },
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': [expect.stringContaining(writer), 'Arn'] } } },
  },
  { Effect: 'Deny', Principal: { AWS: '*' }, Action: REMOVING },
  {
    ...{ Effect: 'Deny', Principal: { AWS: '*' } },
    Action: [
      ...['s3:PutBucketObjectLockConfiguration', 's3:PutBucketVersioning'],
      ...['s3:PutLifecycleConfiguration', 's3:PutReplicationConfiguration'],
    ],
    Condition: {
      'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] },
      ArnNotLike: { 'aws:PrincipalArn': { 'Fn::Sub': deployer } },
    },
  },
]
test('whoever else writes, and whoever deletes or has it deleted, is refused by the bucket', () => {
  const [, policy] = resourcesOf('AWS::S3::BucketPolicy')[0] ?? []
  expect(denialsOf(policy as Policy)).toMatchObject([
    ...keptFor(
      'notary',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation puts them in
      'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-${AWS::AccountId}-${AWS::Region}',
    ),
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

interface Resource {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into a template of their own making
  Properties: any
  DeletionPolicy?: string
}
const resources = Object.values(fullTemplate().Resources) as Resource[]
const propertiesOf = (type: string) => resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties)

test('without its settings nothing of change events and archive is there', () => {
  for (const type of ['Events::EventBus', 'KinesisFirehose::DeliveryStream', 'Glue::Table', 'Athena::WorkGroup'])
    expect(resourcesOf(`AWS::${type}`)).toEqual([])
})

test('with a lock nobody at all deletes a digest, or what is archived, for so many days', () => {
  const locked = propertiesOf('AWS::S3::Bucket').flatMap(({ ObjectLockEnabled, ObjectLockConfiguration }) =>
    ObjectLockEnabled ? [ObjectLockConfiguration.Rule.DefaultRetention] : [],
  )
  expect(locked.sort((one, other) => one.Days - other.Days)).toEqual([
    { Mode: 'COMPLIANCE', Days: 300 },
    { Mode: 'COMPLIANCE', Days: 365 },
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

const policyOf = (bucket: string): Policy =>
  propertiesOf('AWS::S3::BucketPolicy').find(({ Bucket }) => JSON.stringify(Bucket).includes(bucket))

test('nobody but Firehose writes to the archive, and nobody deletes or has it deleted', () => {
  expect(denialsOf(policyOf('ArchiveBucket'))).toMatchObject(
    keptFor(
      'ArchiveRole',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation puts it in
      'arn:${AWS::Partition}:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-eu-west-1',
    ),
  )
})

test('buckets outlive the stack, and so does what keeps them', () => {
  const kept = resources.filter(({ Type }) => /^AWS::S3::/.test(Type))
  expect(kept.map(({ Type, DeletionPolicy }) => [Type, DeletionPolicy]).sort()).toEqual([
    ...Array(3).fill(['AWS::S3::Bucket', 'Retain']),
    ...Array(3).fill(['AWS::S3::BucketPolicy', 'Retain']),
  ])
})

/** Statements that name an archive's role, or the policy of its auditors, each as its actions. */
const actionsOfRole = (part: string) =>
  propertiesOf('AWS::IAM::Policy')
    .filter(({ Roles }) => JSON.stringify(Roles).includes(part))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Statement[])

test('Firehose may do what AWS says that it needs: it writes below two prefixes, deletes nothing, and asks for no schema but ours', () => {
  const statements = actionsOfRole('ArchiveRole')
  expect(statements.flatMap(({ Action }) => list(Action)).sort()).toEqual([
    ...['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions', 'kms:Decrypt', 'kms:GenerateDataKey'],
    ...['logs:PutLogEvents', 's3:AbortMultipartUpload', 's3:GetBucketLocation', 's3:GetObject', 's3:ListBucket'],
    ...['s3:ListBucketMultipartUploads', 's3:PutObject'],
  ])
  const writing = statements.find(({ Action }) => list(Action).includes('s3:PutObject'))
  expect(JSON.stringify(writing?.Resource).match(/"\/[a-z]+\/\*"/g)).toEqual(['"/events/*"', '"/failed/*"'])
  expect(statements.map(({ Resource }) => Resource)).not.toContain('*')
  expect(statements.find(({ Action }) => list(Action).includes('kms:Decrypt'))?.Condition).toEqual({
    StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
  })
  const roles = propertiesOf('AWS::IAM::Role').filter((role) => JSON.stringify(role).includes('firehose.amazonaws.com'))
  expect(roles).toHaveLength(1)
})

test('auditors may ask in their workgroup, read events and nothing else of the archive, and write no more than answers', () => {
  const [{ PolicyDocument }] = propertiesOf('AWS::IAM::ManagedPolicy')
  const statements = PolicyDocument.Statement as Statement[]
  const on = (action: string) =>
    statements
      .filter(({ Action }) => list(Action).includes(action))
      .map(({ Resource }) => JSON.stringify(Resource).replaceAll(/[A-F0-9]{8}/g, ''))
  expect(on('athena:StartQueryExecution')).toEqual([expect.stringContaining(':workgroup/rolecall-staging-audit')])
  expect(on('glue:GetTable')).toEqual([expect.stringContaining(':table/rolecall_staging_archive/archived_events')])
  expect(on('s3:PutObject')).toEqual([expect.stringMatching(/QuestionsResults.*"\/\*"/)])
  expect(on('s3:GetObject')).toEqual([expect.stringMatching(/ArchiveBucket.*"\/events\/\*"/), on('s3:PutObject')[0]])
  expect(on('kms:Decrypt')).toHaveLength(1)
  // What the console lists, before the workgroup can be chosen.
  expect(on('athena:ListWorkGroups')).toEqual(['"*"'])
  expect(on('athena:ListTableMetadata')).toEqual([expect.stringContaining(':datacatalog/AwsDataCatalog')])
  expect(on('glue:GetDatabase')).toEqual([expect.any(String), expect.stringContaining(':database/default')])
  expect(
    statements
      .filter(({ Resource }) => Resource === '*')
      .flatMap(({ Action }) => list(Action))
      .sort(),
  ).toEqual([...['athena:ListDataCatalogs', 'athena:ListEngineVersions', 'athena:ListWorkGroups']])
  expect(
    statements.flatMap(({ Action }) => list(Action)).filter((action) => /Delete|Create|Update|\*/.test(action)),
  ).toEqual([])
})

test('what Firehose puts below failed/ rings, of whatever kind it is', () => {
  const alarm = propertiesOf('AWS::CloudWatch::Alarm').find(({ AlarmName }) => /ArchiveRefuses$/.test(AlarmName))
  const looked = alarm.Metrics.flatMap(
    ({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric ?? [],
  )
  expect(looked).toMatchObject([
    { Namespace: 'AWS/Firehose', MetricName: 'FailedConversion.Records' },
    {
      ...{ Namespace: 'AWS/S3', MetricName: 'PutRequests' },
      Dimensions: [{ Name: 'BucketName' }, { Name: 'FilterId', Value: 'failed' }],
    },
  ])
  const counted = propertiesOf('AWS::S3::Bucket').flatMap(({ MetricsConfigurations = [] }) => MetricsConfigurations)
  expect(counted).toEqual([{ Id: 'failed', Prefix: 'failed/' }])
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
