import { DefaultStackSynthesizer, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, type IRole, PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket, type BucketProps, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'

/** What removes or replaces objects, also where somebody has it done by S3: a replica that comes in is a write that is no put. */
const REMOVING = ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:ReplicateObject', 's3:ReplicateDelete']
/** What makes S3 remove, replace or carry off objects by itself; the stack sets some of it. */
const SETTING = [
  's3:PutLifecycleConfiguration',
  's3:PutReplicationConfiguration',
  's3:PutBucketVersioning',
  's3:PutBucketObjectLockConfiguration',
]

/** A private bucket that outlives the stack, with all versions of what is in it and with the policy that keeps it. */
export function addKeptBucket(scope: Construct, id: string, props: BucketProps): Bucket {
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    versioned: true,
    removalPolicy: RemovalPolicy.RETAIN,
    ...props,
  })
  bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN)
  return bucket
}

/** Nobody at all deletes or replaces what is in the bucket, for so many days; cannot be taken back. */
export const lockedFor = (days: number | undefined): BucketProps =>
  days === undefined
    ? {}
    : { objectLockEnabled: true, objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(days)) }

/**
 * Lets nobody but `writer` write, nobody delete, and CloudFormation alone say what S3 does with objects by itself, unless somebody
 * changes this policy first, which CloudTrail tells. What has outlived its time goes all the same: S3 asks no policy then.
 */
export function keepFromOthers(bucket: Bucket, writer: IRole | undefined): void {
  const objects = bucket.arnForObjects('*')
  const others = { ArnNotEquals: { 'aws:PrincipalArn': writer?.roleArn } }
  denyAll(bucket, { actions: ['s3:PutObject'], resources: [objects], conditions: others })
  denyAll(bucket, { actions: REMOVING, resources: [objects] })
  denyAll(bucket, { actions: SETTING, resources: [bucket.bucketArn], conditions: unlessDeployed(bucket) })
}

/** Denies it to everybody, whatever they are allowed. */
export const denyAll = (bucket: Bucket, statement: PolicyStatementProps): void => {
  bucket.addToResourcePolicy(
    new PolicyStatement({ effect: Effect.DENY, principals: [new AnyPrincipal()], ...statement }),
  )
}

/** CloudFormation deploys by the role that the stack is bootstrapped with, or by the rights of whoever called it. */
function unlessDeployed(bucket: Bucket): Record<string, unknown> {
  const { synthesizer } = Stack.of(bucket)
  const role = synthesizer instanceof DefaultStackSynthesizer && Fn.sub(synthesizer.cloudFormationExecutionRoleArn)
  return {
    'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] },
    ...(role && { ArnNotLike: { 'aws:PrincipalArn': role } }),
  }
}
