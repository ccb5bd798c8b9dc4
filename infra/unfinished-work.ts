import { Duration } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { type ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Schedule } from 'aws-cdk-lib/aws-events'
import { FilterCriteria, FilterRule, type Function as LambdaFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ENV } from '../shared/config.ts'
import type { ServiceSettings } from './config/settings.ts'
import { addFunction, type BackgroundProps } from './functions.ts'
import { ownMetric } from './own-metric.ts'
import { runOnSchedule } from './schedule.ts'

/** Longer than a slice, and than what follows it. */
const WORKER_LIMIT_MS = 40_000
/** Until then nobody else gets a message whose worker was killed. */
const VISIBILITY_SECONDS = 60
/** Heads that are worked at side by side: the rest of the account's functions must not starve. */
const MAX_WORKERS = 50
/** What failed is in the table, where it is found again each minute: its message says no more than that it did. */
const KEPT = Duration.days(1)

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
    const unheard = this.#addQueue('Unheard', { retentionPeriod: Duration.days(14) })
    const environment = { [ENV.workQueueUrl]: queue.queueUrl }
    const changes = addFunction(this, 'changes', { ...props, environment })
    const worker = addFunction(this, 'worker', { ...props, environment, timeoutMs: WORKER_LIMIT_MS, sendsItself: true })
    for (const fn of [changes, worker]) queue.grantSendMessages(fn)
    changes.addEventSource(this.#listenTo(props, unheard))
    worker.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 1,
        maxConcurrency: Math.min(MAX_WORKERS, props.settings.reservedConcurrency.worker ?? MAX_WORKERS),
      }),
    )
    runOnSchedule(this, 'EveryMinute', changes, {
      description: 'Finds unfinished work whose doorbell was lost',
      schedule: Schedule.rate(Duration.minutes(1)),
      within: Duration.minutes(1),
    })
    this.#addAlarms(props, { changes, queue, failed, unheard })
    this.queue = queue
    this.changes = changes
    this.worker = worker
  }

  #addQueue(id: string, props: ConstructorParameters<typeof Queue>[2]): Queue {
    return new Queue(this, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props })
  }

  /**
   * The table without its key, which the library would let the function use for anything: DynamoDB decrypts a stream as
   * it does the table, and for that the function has its right already (`keyStatement`). The policy of AWS's own key for
   * tables, whose streams Lambda reads too, has the same condition and nothing else.
   */
  #listenTo({ table: { table }, settings }: BackgroundProps, unheard: Queue): DynamoEventSource {
    const { tableArn, tableStreamArn } = table
    if (tableStreamArn === undefined) throw new Error('The table has no stream')
    // The library's own types disagree on what may be undefined.
    const stream = TableV2.fromTableAttributes(this, 'Stream', { tableArn, tableStreamArn }) as ITableV2
    return sourceOf(stream, settings, unheard)
  }

  /** Those of dead letters are told by themselves: they ring on after the cause is mended, and would hide what a group has to say. */
  #addAlarms({ alarms, settings }: BackgroundProps, { changes, queue, failed, unheard }: WatchedParts): void {
    const waiting = (of: Queue) => of.metricApproximateNumberOfMessagesVisible(MOST)
    const part = { entry: 'Unfinished changes', group: 'work' } as const
    alarms.add(this, 'ChangesOld', {
      ...{ metric: ownMetric(settings, 'OldestChangeSeconds', MOST), threshold: 600, ...part },
      says: 'A change was committed more than ten minutes ago and is not finished',
    })
    alarms.add(this, 'WorkFailed', {
      ...{ metric: waiting(failed), threshold: 0, entry: part.entry },
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
      metric: unheard.metricNumberOfMessagesSent({ statistic: Stats.SUM, period: Duration.hours(1) }),
      ...{ threshold: 0, entry: part.entry },
      says: 'Stream records were given up: work waits for the schedule, archive and bus lack events',
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

/** A doorbell that fails is given up before its shard is held up: the schedule finds its head. */
const OF_DOORBELLS = { retryAttempts: 10, maxRecordAge: Duration.hours(1) }
/** An event would be missing for good: it is tried for as long as the stream keeps it, and doorbells behind it wait for the schedule. */
const OF_EVENTS = { retryAttempts: -1, maxRecordAge: Duration.hours(24) }

/**
 * Records of heads that a request wrote; the worker's own writes are left out, since nothing stops a loop through a
 * stream. With an outlet, records of events too.
 */
function sourceOf(stream: ITableV2, settings: ServiceSettings, unheard: Queue): DynamoEventSource {
  const head = {
    dynamodb: {
      Keys: {
        pk: { S: FilterRule.beginsWith('A#') },
        sk: { S: [...FilterRule.beginsWith('GROUP#'), ...FilterRule.beginsWith('USER#')] },
      },
      NewImage: { writer: { S: FilterRule.isEqual('request') } },
    },
  }
  const hasOutlet = settings.archive || settings.changeEvents !== false
  return new DynamoEventSource(stream, {
    startingPosition: StartingPosition.TRIM_HORIZON,
    filters: [head, ...(hasOutlet ? [EVENT] : [])].map(FilterCriteria.filter),
    batchSize: 100,
    parallelizationFactor: 2,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    ...(hasOutlet ? OF_EVENTS : OF_DOORBELLS),
    onFailure: new SqsDlq(unheard),
  })
}
