import { Duration, Size, Stack } from 'aws-cdk-lib'
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch'
import type { CfnTable } from 'aws-cdk-lib/aws-glue'
import type { Role } from 'aws-cdk-lib/aws-iam'
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { ARCHIVE_PARTITIONS } from '../shared/audit/archive-row.ts'

export interface ArchiveStreamProps {
  bucket: Bucket
  /** Below which it writes events, and what it could make nothing of. */
  prefixes: { events: string; failed: string }
  database: string
  /** By whose columns it makes Parquet. */
  table: CfnTable
  logs: LogGroup
  role: Role
  key: IKey | undefined
}

/** Parquet is made of 64 MiB at least, or of what came within this time: shorter, and a question of a month reads tens of thousands of objects. */
const BUFFER = { size: Size.mebibytes(128), interval: Duration.minutes(15) }

/**
 * What makes Parquet of events. The library's own delivery stream cannot be had in every region: it looks up addresses for
 * destinations in a network, which there are none of here, and knows them of some regions alone.
 */
export class ArchiveStream extends Construct {
  readonly arn: string
  readonly streamName: string

  constructor(scope: Construct, id: string, props: ArchiveStreamProps) {
    super(scope, id)
    const { role, key } = props
    const stream = new CfnDeliveryStream(this, 'Resource', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: key
        ? { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: key.keyArn }
        : { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: this.#destination(props),
    })
    // It names its role anyway, and has to wait for its rights too.
    stream.node.addDependency(role.node.findChild('DefaultPolicy'))
    this.arn = stream.attrArn
    this.streamName = stream.ref
  }

  metric(metricName: string, options: MetricOptions): Metric {
    const dimensionsMap = { DeliveryStreamName: this.streamName }
    return new Metric({ namespace: 'AWS/Firehose', metricName, dimensionsMap, ...options }).attachTo(this)
  }

  #destination(props: ArchiveStreamProps): CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty {
    const { bucket, prefixes, logs, role, key } = props
    const names = ARCHIVE_PARTITIONS.map((name) => `${name}=!{partitionKeyFromQuery:${name}}`)
    return {
      bucketArn: bucket.bucketArn,
      roleArn: role.roleArn,
      bufferingHints: { sizeInMBs: BUFFER.size.toMebibytes(), intervalInSeconds: BUFFER.interval.toSeconds() },
      cloudWatchLoggingOptions: {
        ...{ enabled: true, logGroupName: logs.logGroupName },
        logStreamName: logs.addStream('S3Destination').logStreamName,
      },
      ...(key && { encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } } }),
      prefix: `${prefixes.events}/${names.join('/')}/`,
      errorOutputPrefix: `${prefixes.failed}/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/`,
      dynamicPartitioningConfiguration: { enabled: true },
      processingConfiguration: { enabled: true, processors: [PARTITIONER] },
      dataFormatConversionConfiguration: this.#conversion(props),
    }
  }

  #conversion({ database, table, role }: ArchiveStreamProps) {
    const { account, region } = Stack.of(this)
    return {
      enabled: true,
      inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
      outputFormatConfiguration: { serializer: { parquetSerDe: {} } },
      schemaConfiguration: {
        ...{ catalogId: account, databaseName: database, tableName: table.ref, versionId: 'LATEST' },
        ...{ region, roleArn: role.roleArn },
      },
    }
  }
}

/** Finds the partition that an event belongs to, in itself. */
const PARTITIONER = {
  type: 'MetadataExtraction',
  parameters: [
    {
      parameterName: 'MetadataExtractionQuery',
      parameterValue: `{${ARCHIVE_PARTITIONS.map((name) => `${JSON.stringify(name)}:.${name}`).join(',')}}`,
    },
    { parameterName: 'JsonParsingEngine', parameterValue: 'JQ-1.6' },
  ],
}
