import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue'
import { type ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { type Bucket, BucketEncryption, type BucketProps, StorageClass } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { ARCHIVE_COLUMNS, ARCHIVE_PARTITIONS } from '../shared/audit/archive-row.ts'
import { ENV } from '../shared/config.ts'
import type { Alarms } from './alarms.ts'
import { ArchiveQuestions } from './archive-questions.ts'
import { ArchiveStream } from './archive-stream.ts'
import type { ServiceSettings } from './config/settings.ts'
import { firehoseRole } from './firehose-role.ts'
import { addKeptBucket, keepFromOthers, lockedFor } from './kept-bucket.ts'

interface ArchiveProps {
  settings: ServiceSettings
  /** The table's key, if it has one of its own: the archive holds the same. */
  key: IKey | undefined
  alarms: Alarms
  changes: LambdaFunction
}

/** Where events are in the bucket, and what Firehose could make nothing of. */
const [EVENTS, FAILED] = ['events', 'failed']
/** Rarely read from then on, which is cheaper to keep. */
const COOL_AFTER = Duration.days(90)
const TABLE = 'archived_events'

/**
 * REST events in S3, where they outlive the table: Firehose makes Parquet of what the reader of the table's stream hands
 * on, by account and day; Athena asks it in SQL. No crawler: where days are follows from their names.
 */
export class Archive extends Construct {
  /** What lets somebody ask it. */
  readonly auditors: ManagedPolicy

  constructor(scope: Construct, id: string, props: ArchiveProps) {
    super(scope, id)
    const { settings, changes, key } = props
    const encryption: BucketProps = key
      ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }
    const bucket = this.#addBucket(encryption, settings)
    const database = `${settings.name.replaceAll('-', '_')}_archive`
    const table = this.#addTable(database, bucket)
    const logs = this.#addLogs(settings)
    const prefixes = [EVENTS, FAILED]
    const role = firehoseRole(this, 'Role', { bucket, prefixes, table, database, logs, key })
    keepFromOthers(bucket, role)
    const parts = { bucket, database, table, logs, role, key }
    const stream = new ArchiveStream(this, 'Stream', { ...parts, prefixes: { events: EVENTS, failed: FAILED } })
    changes.addToRolePolicy(new PolicyStatement({ actions: ['firehose:PutRecordBatch'], resources: [stream.arn] }))
    changes.addEnvironment(ENV.archiveStream, stream.streamName)
    const events = { bucket, prefix: EVENTS }
    const { name } = settings
    this.auditors = new ArchiveQuestions(this, 'Questions', {
      ...{ name, database, table: TABLE, events, encryption, key },
    }).auditors
    this.#addAlarms(props.alarms, stream, bucket)
  }

  #addBucket(encryption: BucketProps, { archiveRetentionDays, archiveLockDays }: ServiceSettings): Bucket {
    return addKeptBucket(this, 'Bucket', {
      ...encryption,
      ...lockedFor(archiveLockDays),
      // Paid for by the hours in which there is something, which there should not be.
      metrics: [{ id: FAILED, prefix: `${FAILED}/` }],
      lifecycleRules: [
        {
          transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: COOL_AFTER }],
          expiration: Duration.days(archiveRetentionDays),
          noncurrentVersionExpiration: Duration.days(30),
        },
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
    })
  }

  #addLogs({ logRetentionDays }: ServiceSettings): LogGroup {
    return new LogGroup(this, 'Logs', { retention: logRetentionDays, removalPolicy: RemovalPolicy.RETAIN })
  }

  #addTable(database: string, bucket: Bucket): CfnTable {
    const { account } = Stack.of(this)
    const made = new CfnDatabase(this, 'Database', { catalogId: account, databaseInput: { name: database } })
    const place = `s3://${bucket.bucketName}/${EVENTS}`
    const table = new CfnTable(this, 'Table', {
      catalogId: account,
      databaseName: database,
      tableInput: {
        name: TABLE,
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: ARCHIVE_PARTITIONS.map((name) => ({ name, type: 'string' })),
        parameters: {
          classification: 'parquet',
          'projection.enabled': 'true',
          'projection.account.type': 'injected',
          'projection.day.type': 'date',
          'projection.day.format': 'yyyy-MM-dd',
          'projection.day.range': '2026-01-01,NOW',
          'storage.location.template': `${place}/account=\${account}/day=\${day}`,
        },
        storageDescriptor: {
          location: place,
          columns: [...ARCHIVE_COLUMNS],
          inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
          serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    })
    table.addResourceDependency(made)
    return table
  }

  #addAlarms(alarms: Alarms, stream: ArchiveStream, bucket: Bucket): void {
    const quarter = { statistic: Stats.SUM, period: Duration.minutes(15) }
    const lag = { statistic: Stats.MAXIMUM, period: quarter.period }
    alarms.add(this, 'ArchiveLate', {
      metric: stream.metric('DeliveryToS3.DataFreshness', lag),
      ...{ threshold: Duration.hours(1).toSeconds(), periods: 2, entry: 'Archive' },
      says: 'Events wait for the archive for more than an hour; after a day they are lost to it',
    })
    // Firehose counts what was made into no Parquet, and nothing of what it could not lay out: that S3 counts.
    const dimensionsMap = { BucketName: bucket.bucketName, FilterId: FAILED }
    const usingMetrics = {
      converted: stream.metric('FailedConversion.Records', quarter),
      put: new Metric({ namespace: 'AWS/S3', metricName: 'PutRequests', dimensionsMap, ...quarter }),
    }
    const expression = 'FILL(converted, 0) + FILL(put, 0)'
    alarms.add(this, 'ArchiveRefuses', {
      metric: new MathExpression({ expression, usingMetrics, period: quarter.period }),
      ...{ threshold: 0, entry: 'Archive' },
      says: 'Events came to failed/ in the bucket and not into the archive: no Parquet, or no place, could be made of them',
    })
  }
}
