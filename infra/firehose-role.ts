import { Stack } from 'aws-cdk-lib'
import type { CfnTable } from 'aws-cdk-lib/aws-glue'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'

export interface FirehoseRoleProps {
  bucket: Bucket
  /** Below which it writes. */
  prefixes: readonly string[]
  /** By whose columns it makes Parquet. */
  table: CfnTable
  database: string
  logs: ILogGroup
  key: IKey | undefined
}

/** The role of the archive's stream: what AWS says that Firehose needs, and nothing that deletes; the library's grants are wider. */
export function firehoseRole(scope: Construct, id: string, props: FirehoseRoleProps): Role {
  const { account } = Stack.of(scope)
  const conditions = { StringEquals: { 'aws:SourceAccount': account } }
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('firehose.amazonaws.com', { conditions }) })
  for (const statement of statementsOf(scope, props)) role.addToPolicy(statement)
  return role
}

function statementsOf(scope: Construct, { bucket, prefixes, table, database, logs, key }: FirehoseRoleProps) {
  const stack = Stack.of(scope)
  const inCatalog = (resource: string) => stack.formatArn({ service: 'glue', resource })
  return [
    new PolicyStatement({
      actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      resources: [bucket.bucketArn],
    }),
    new PolicyStatement({
      actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
      resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}/*`)),
    }),
    new PolicyStatement({
      actions: ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
      resources: ['catalog', `database/${database}`, `table/${database}/${table.ref}`].map(inCatalog),
    }),
    new PolicyStatement({ actions: ['logs:PutLogEvents'], resources: [logs.logGroupArn] }),
    ...(key ? [keyThroughS3(key, ['kms:Decrypt', 'kms:GenerateDataKey'])] : []),
  ]
}

/** Use of a key for what is in S3, and for nothing else. */
export const keyThroughS3 = (key: IKey, actions: string[]): PolicyStatement =>
  new PolicyStatement({
    actions,
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(key).region}.amazonaws.com` } },
  })
