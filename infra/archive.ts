import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib'
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  DeliveryStream,
  EnableLogging,
  InputFormat,
  MetadataExtractionProcessor,
  OutputFormat,
  S3Bucket,
  SchemaConfiguration,
  StreamEncryption,
} from 'aws-cdk-lib/aws-kinesisfirehose'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, StorageClass } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { ARCHIVE_COLUMNS, ARCHIVE_PARTITIONS } from '../shared/audit/archive-row.ts'
import { SAVED_QUERIES } from '../shared/audit/queries.ts'
import { ENV } from '../shared/config.ts'
import type { Alarms } from './alarms.ts'
import type { ServiceSettings } from './config/settings.ts'

interface ArchiveProps {
  settings: ServiceSettings
  /** The table's key, if it has one of its own: the archive holds the same. */
  key: IKey | undefined
  alarms: Alarms
  changes: LambdaFunction
}

/** Rarely read from then on, which is cheaper to keep. */
const COOL_AFTER = Duration.days(90)
const RESULTS_KEPT = Duration.days(30)
/** What one question may read, so that a slip costs five cents at most. */
const MAX_SCANNED_BYTES = 10 * 1024 ** 3
/** Parquet is made of 64 MiB at least, or of what came within this time. */
const BUFFER = { bufferingSize: Size.mebibytes(128), bufferingInterval: Duration.minutes(15) }

/**
 * REST events in S3, where they outlive the table: Firehose makes Parquet of what the reader of the table's stream hands
 * on, by account and day; Athena asks it in SQL. No crawler: where days are follows from their names.
 */
export class Archive extends Construct {
  constructor(scope: Construct, id: string, props: ArchiveProps) {
    super(scope, id)
    const { settings, changes } = props
    const bucket = this.#addBucket('Bucket', props.key, [
      {
        transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: COOL_AFTER }],
        expiration: Duration.days(settings.archiveRetentionDays),
        noncurrentVersionExpiration: Duration.days(30),
      },
    ])
    const database = `${settings.name.replaceAll('-', '_')}_archive`
    const table = this.#addTable(database, bucket)
    const stream = this.#addStream(bucket, table, props)
    changes.addToRolePolicy(
      new PolicyStatement({ actions: ['firehose:PutRecordBatch'], resources: [stream.deliveryStreamArn] }),
    )
    changes.addEnvironment(ENV.archiveStream, stream.deliveryStreamName)
    this.#addQuestions(settings.name, database, props.key)
    this.#addAlarms(props.alarms, stream)
  }

  #addBucket(id: string, key: IKey | undefined, lifecycleRules: object[]): Bucket {
    return new Bucket(this, id, {
      ...(key
        ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [...lifecycleRules, { abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    })
  }

  #addTable(database: string, bucket: Bucket): CfnTable {
    const { account } = Stack.of(this)
    const made = new CfnDatabase(this, 'Database', { catalogId: account, databaseInput: { name: database } })
    const place = `s3://${bucket.bucketName}/events`
    const table = new CfnTable(this, 'Table', {
      catalogId: account,
      databaseName: database,
      tableInput: {
        name: 'archived_events',
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

  #addStream(bucket: Bucket, table: CfnTable, { key, settings }: ArchiveProps): DeliveryStream {
    const partitions = Object.fromEntries(ARCHIVE_PARTITIONS.map((name) => [name, `.${name}`]))
    const prefix = ARCHIVE_PARTITIONS.map((name) => `${name}=!{partitionKeyFromQuery:${name}}`).join('/')
    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    // The library's own types disagree on what may be undefined, here as for the table.
    return new DeliveryStream(this, 'Stream', {
      encryption: key ? StreamEncryption.customerManagedKey(key) : StreamEncryption.awsOwnedKey(),
      destination: new S3Bucket(bucket as IBucket, {
        ...BUFFER,
        loggingConfig: new EnableLogging(logGroup),
        ...(key && { encryptionKey: key }),
        dataOutputPrefix: `events/${prefix}/`,
        errorOutputPrefix: 'failed/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/',
        dynamicPartitioning: { enabled: true },
        processors: [MetadataExtractionProcessor.jq16(partitions)],
        dataFormatConversion: {
          schemaConfiguration: SchemaConfiguration.fromCfnTable(table),
          inputFormat: InputFormat.OPENX_JSON,
          outputFormat: OutputFormat.PARQUET,
        },
      }),
    })
  }

  #addQuestions(name: string, database: string, key: IKey | undefined): void {
    const results = this.#addBucket('Results', key, [
      { expiration: RESULTS_KEPT, noncurrentVersionExpiration: Duration.days(1) },
    ])
    const encryption = key ? { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn } : { encryptionOption: 'SSE_S3' }
    const group = new CfnWorkGroup(this, 'WorkGroup', {
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
    for (const { name: query, says, sql } of SAVED_QUERIES) {
      const saved = { database, name: query, description: says, queryString: sql, workGroup: group.name }
      new CfnNamedQuery(this, query, saved).addResourceDependency(group)
    }
  }

  #addAlarms(alarms: Alarms, stream: DeliveryStream): void {
    const metric = (metricName: string, statistic: string) =>
      new Metric({
        ...{ namespace: 'AWS/Firehose', metricName, statistic, period: Duration.minutes(15) },
        dimensionsMap: { DeliveryStreamName: stream.deliveryStreamName },
      })
    alarms.add(this, 'ArchiveLate', {
      metric: metric('DeliveryToS3.DataFreshness', Stats.MAXIMUM),
      ...{ threshold: Duration.hours(1).toSeconds(), periods: 2, entry: 'Archive' },
      says: 'Events wait for the archive for more than an hour; after a day they are lost to it',
    })
    alarms.add(this, 'ArchiveRefuses', {
      metric: metric('FailedConversion.Records', Stats.SUM),
      ...{ threshold: 0, entry: 'Archive' },
      says: 'Events were not made into Parquet: they are below failed/ in the bucket',
    })
  }
}
