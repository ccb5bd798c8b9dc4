import { Duration } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Schedule } from 'aws-cdk-lib/aws-events'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { type Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { ENV } from '../shared/config.ts'
import { addFunction, type BackgroundProps } from './functions.ts'
import { addKeptBucket, denyAll, keepFromOthers, lockedFor } from './kept-bucket.ts'
import { LOOKS, ownMetric } from './own-metric.ts'
import { runOnSchedule } from './schedule.ts'

const LIMIT_MS = 300_000
/** Of the hour: then nothing of the hour before is on its way any more. */
const MINUTE = '20'
/** One that comes an hour late is no news. */
const LATE_HOURS = 2

interface DigestsProps extends BackgroundProps {
  audit: LambdaFunction
  /** What misses the notary when it does not run. */
  watch: LambdaFunction
}

/** The digests of the event history, in a bucket of their own: once an hour one function writes, another shows them. */
export class Digests extends Construct {
  readonly notary: LambdaFunction

  constructor(scope: Construct, id: string, { audit, watch, ...props }: DigestsProps) {
    super(scope, id)
    const bucket = addKeptBucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      ...lockedFor(props.settings.digestLockDays),
    })
    const environment = { [ENV.digestStore]: `s3://${bucket.bucketName}` }
    this.notary = addFunction(this, 'notary', { ...props, environment, timeoutMs: LIMIT_MS })
    for (const fn of [audit, watch]) fn.addEnvironment(ENV.digestStore, environment[ENV.digestStore])
    allow(this.notary, bucket, { objects: ['s3:GetObject', 's3:PutObject'], lists: ['s3:ListBucket'] })
    // What was written over or deleted is shown as well.
    const lists = ['s3:ListBucket', 's3:ListBucketVersions']
    allow(audit, bucket, { objects: ['s3:GetObject', 's3:GetObjectVersion'], lists })
    keepFromOthers(bucket, this.notary.role)
    // Not even the notary puts a digest over one that is there.
    const over = { Null: { 's3:if-none-match': 'true' } }
    denyAll(bucket, { actions: ['s3:PutObject'], resources: [bucket.arnForObjects('*')], conditions: over })
    runOnSchedule(this, 'EveryHour', this.notary, {
      description: 'Makes the digests of the hours that are over',
      schedule: Schedule.cron({ minute: MINUTE }),
    })
    props.alarms.add(this, 'NotaryFailed', {
      metric: this.notary.metricErrors({ period: Duration.hours(1) }),
      ...{ threshold: 0, periods: 3, entry: 'Digests' },
      says: 'The event history gets no digests: nothing vouches for it',
    })
    props.alarms.add(this, 'DigestsLate', {
      metric: ownMetric(props.settings, 'HoursSinceDigest', { statistic: Stats.MAXIMUM, period: LOOKS }),
      ...{ threshold: LATE_HOURS, entry: 'Digests' },
      says: 'The notary did not come round for three hours',
    })
  }
}

/** Without the right to list, what is not there would look like what is forbidden. */
function allow(fn: LambdaFunction, bucket: Bucket, { objects, lists }: { objects: string[]; lists: string[] }): void {
  fn.addToRolePolicy(new PolicyStatement({ actions: objects, resources: [bucket.arnForObjects('digests/*')] }))
  fn.addToRolePolicy(new PolicyStatement({ actions: lists, resources: [bucket.bucketArn] }))
}
