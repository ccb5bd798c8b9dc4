import { Duration } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { FilterCriteria, FilterRule, type Function as LambdaFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ENV } from '../shared/config.ts'
import { addFunction, type BackgroundProps, type ScimFunctionsProps } from './functions.ts'
import { ownMetric } from './own-metric.ts'

/** Longer than a slice, and than what follows it. */
const WORKER_LIMIT_MS = 40_000
/** Until then nobody else gets a message whose worker was killed. */
const VISIBILITY_SECONDS = 60
/** Heads that are worked at side by side: the rest of the account's functions must not starve. */
const MAX_WORKERS = 50
const KEPT = Duration.days(14)

/**
 * What finishes committed changes (docs/decisions/0022-queue-of-changes.md): the table's stream rings `changes`, which hands work on
 * to a FIFO queue, one message group for each group or deleted object; `worker` does it slice by slice. A schedule finds
 * what no doorbell told.
 */
export class UnfinishedWork extends Construct {
  readonly queue: Queue
  /** What reads the table's stream, the only one in its region that does. */
  readonly changes: LambdaFunction
  readonly worker: LambdaFunction

  constructor(scope: Construct, id: string, props: BackgroundProps) {
    super(scope, id)
    const failed = this.#addQueue('Failed', { fifo: true, retentionPeriod: KEPT })
    const queue = this.#addQueue('Queue', {
      fifo: true,
      visibilityTimeout: Duration.seconds(VISIBILITY_SECONDS),
      deadLetterQueue: { queue: failed, maxReceiveCount: 10 },
      // Without these, all heads together are limited to 300 messages a second.
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    })
    const unheard = this.#addQueue('Unheard', { retentionPeriod: KEPT })
    const environment = { [ENV.workQueueUrl]: queue.queueUrl }
    const changes = addFunction(this, 'changes', { ...props, environment })
    const worker = addFunction(this, 'worker', { ...props, environment, timeoutMs: WORKER_LIMIT_MS, sendsItself: true })
    for (const fn of [changes, worker]) queue.grantSendMessages(fn)
    changes.addEventSource(listenTo(props, unheard))
    worker.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 1,
        maxConcurrency: Math.min(MAX_WORKERS, props.settings.reservedConcurrency.worker ?? MAX_WORKERS),
      }),
    )
    new Rule(this, 'EveryMinute', {
      description: 'Finds unfinished work whose doorbell was lost',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(changes, { retryAttempts: 0 })],
    })
    this.#addAlarms(props, { changes, queue, failed, unheard })
    this.queue = queue
    this.changes = changes
    this.worker = worker
  }

  #addQueue(id: string, props: ConstructorParameters<typeof Queue>[2]): Queue {
    return new Queue(this, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props })
  }

  #addAlarms({ alarms, settings }: BackgroundProps, { changes, queue, failed, unheard }: WatchedParts): void {
    const waiting = (of: Queue) => of.metricApproximateNumberOfMessagesVisible(MOST)
    const part = { entry: 'Unfinished changes', group: 'work' } as const
    alarms.add(this, 'ChangesOld', {
      ...{ metric: ownMetric(settings, 'OldestChangeSeconds', MOST), threshold: 600, ...part },
      says: 'A change was committed more than ten minutes ago and is not finished',
    })
    alarms.add(this, 'WorkFailed', {
      ...{ metric: waiting(failed), threshold: 0, ...part },
      says: 'A change is not being finished: its messages failed ten times',
    })
    alarms.add(this, 'WorkLate', {
      ...{ metric: queue.metricApproximateAgeOfOldestMessage(MOST), threshold: 600, ...part },
      says: 'A message for the worker waits for more than ten minutes',
    })
    alarms.add(this, 'WorkPilesUp', {
      ...{ metric: waiting(queue), threshold: 1000, periods: 3, ...part },
      says: 'More than a thousand messages wait for the worker',
    })
    alarms.add(this, 'DoorbellsFailed', {
      ...{ metric: waiting(unheard), threshold: 0, ...part },
      says: 'Stream records were given up: work waits for the schedule',
    })
    alarms.add(this, 'StreamLate', {
      metric: changes.metric('IteratorAge', MOST),
      ...{ threshold: Duration.minutes(5).toMilliseconds(), ...part },
      says: 'Stream records wait longer than five minutes',
    })
    alarms.add(this, 'ScheduleFails', {
      ...{ metric: changes.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(5) }), threshold: 2, ...part },
      says: 'Nobody looks for changes whose doorbell was lost',
    })
  }
}

const MOST = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) }

interface WatchedParts {
  changes: LambdaFunction
  queue: Queue
  failed: Queue
  unheard: Queue
}

/** Rows of the event history: every one has a method, and its key begins with the year. Nothing that `changes` writes. */
const EVENT = {
  dynamodb: {
    Keys: { pk: { S: FilterRule.beginsWith('A#') }, sk: { S: FilterRule.beginsWith('2') } },
    NewImage: { verb: { S: FilterRule.exists() } },
  },
}

/**
 * Records of heads that a request wrote; the worker's own writes are left out, since nothing stops a loop through a
 * stream. Failures are bounded, or one bad record would block its shard for a day.
 */
function listenTo({ table, settings }: ScimFunctionsProps, unheard: Queue): DynamoEventSource {
  const head = {
    dynamodb: {
      Keys: {
        pk: { S: FilterRule.beginsWith('A#') },
        sk: { S: [...FilterRule.beginsWith('GROUP#'), ...FilterRule.beginsWith('USER#')] },
      },
      NewImage: { writer: { S: FilterRule.isEqual('request') } },
    },
  }
  return new DynamoEventSource(table.table, {
    startingPosition: StartingPosition.TRIM_HORIZON,
    filters: [head, ...(settings.archive || settings.changeEvents !== false ? [EVENT] : [])].map(FilterCriteria.filter),
    batchSize: 100,
    parallelizationFactor: 2,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: 10,
    maxRecordAge: Duration.hours(1),
    onFailure: new SqsDlq(unheard),
  })
}
