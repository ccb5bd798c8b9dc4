import { Duration, Stack } from 'aws-cdk-lib'
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Bucket, BucketProps } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { SAVED_QUERIES } from '../shared/audit/queries.ts'
import { keyThroughS3 } from './firehose-role.ts'
import { addKeptBucket } from './kept-bucket.ts'

export interface ArchiveQuestionsProps {
  /** Of the deployment. */
  name: string
  database: string
  table: string
  /** Where the events are, and below which prefix. */
  events: { bucket: Bucket; prefix: string }
  encryption: BucketProps
  key: IKey | undefined
}

const RESULTS_KEPT = Duration.days(30)
/** What one question may read, so that a slip costs five cents at most. */
const MAX_SCANNED_BYTES = 10 * 1024 ** 3

/** What of Athena takes to ask and to hear, in one workgroup. */
const ASKING = [
  ...['StartQueryExecution', 'StopQueryExecution', 'GetQueryExecution', 'BatchGetQueryExecution', 'GetQueryResults'],
  ...['ListQueryExecutions', 'GetWorkGroup', 'ListNamedQueries', 'GetNamedQuery', 'BatchGetNamedQuery'],
].map((action) => `athena:${action}`)

/** What Athena's console lists before anything can be chosen; AWS knows no narrower right to these. */
const LISTING = ['ListWorkGroups', 'ListDataCatalogs', 'ListEngineVersions'].map((action) => `athena:${action}`)
/** What it shows of the catalogue: names of the database and its table, which Glue's own rights narrow. */
const BROWSING = ['GetDataCatalog', 'GetDatabase', 'ListDatabases', 'GetTableMetadata', 'ListTableMetadata'].map(
  (action) => `athena:${action}`,
)

/** Where auditors ask the archive: a workgroup of Athena, the saved questions, and the policy that lets somebody ask them. */
export class ArchiveQuestions extends Construct {
  /** To be attached to whoever may read the archive. */
  readonly auditors: ManagedPolicy

  constructor(scope: Construct, id: string, props: ArchiveQuestionsProps) {
    super(scope, id)
    const results = addKeptBucket(this, 'Results', {
      ...props.encryption,
      lifecycleRules: [
        { expiration: RESULTS_KEPT, noncurrentVersionExpiration: Duration.days(1) },
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
    })
    const group = this.#addWorkGroup(results, props)
    for (const { name, says, sql } of SAVED_QUERIES) {
      const saved = { database: props.database, name, description: says, queryString: sql, workGroup: group.name }
      new CfnNamedQuery(this, name, saved).addResourceDependency(group)
    }
    this.auditors = new ManagedPolicy(this, 'Auditors', {
      description: `Questions of the archive of ${props.name}, personal data among the answers`,
      statements: this.#statements(group, results, props),
    })
  }

  #addWorkGroup(results: Bucket, { name, key }: ArchiveQuestionsProps): CfnWorkGroup {
    const encryption = key ? { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn } : { encryptionOption: 'SSE_S3' }
    return new CfnWorkGroup(this, 'WorkGroup', {
      name: `${name}-audit`,
      description: 'Questions of the archive of REST events',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: MAX_SCANNED_BYTES,
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: `s3://${results.bucketName}/`,
          encryptionConfiguration: encryption,
        },
      },
    })
  }

  /** Athena asks the catalogue and S3 by the rights of whoever asks it. */
  #statements(group: CfnWorkGroup, results: Bucket, { database, table, events, key }: ArchiveQuestionsProps) {
    const stack = Stack.of(this)
    const arn = (service: string, resource: string) => stack.formatArn({ service, resource })
    const catalog = ['catalog', `database/${database}`, `table/${database}/${table}`]
    const objects = ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts']
    return [
      new PolicyStatement({ actions: ASKING, resources: [arn('athena', `workgroup/${group.name}`)] }),
      new PolicyStatement({ actions: LISTING, resources: ['*'] }),
      new PolicyStatement({ actions: BROWSING, resources: [arn('athena', 'datacatalog/AwsDataCatalog')] }),
      new PolicyStatement({
        actions: ['glue:GetDatabase', 'glue:GetDatabases', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'],
        resources: catalog.map((resource) => arn('glue', resource)),
      }),
      // Athena asks for this one whatever a question is about.
      new PolicyStatement({ actions: ['glue:GetDatabase'], resources: [arn('glue', 'database/default')] }),
      new PolicyStatement({
        actions: ['s3:GetBucketLocation', 's3:ListBucket'],
        resources: [events.bucket.bucketArn, results.bucketArn],
      }),
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [events.bucket.arnForObjects(`${events.prefix}/*`)],
      }),
      new PolicyStatement({ actions: objects, resources: [results.arnForObjects('*')] }),
      ...(key ? [keyThroughS3(key, ['kms:Decrypt', 'kms:GenerateDataKey'])] : []),
    ]
  }
}
