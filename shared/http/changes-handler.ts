import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda'
import type { RestEvent } from '../audit/rest-event.ts'
import { DEFAULT_ACCOUNT } from '../auth/account.ts'
import { mapConcurrently } from '../store/batch.ts'
import type { Db } from '../store/client.ts'
import { OutOfTime } from '../store/deadline.ts'
import { parseEventRecord } from '../store/events/from-stream.ts'
import { type Head, listHeads } from '../store/groups/heads.ts'
import { getFence } from '../store/regions/fence.ts'
import { mayChange } from '../store/regions/fenced.ts'
import { putBeat } from '../store/regions/marker.ts'
import type { Region } from '../store/regions/region.ts'
import { goRound } from '../store/rounds.ts'
import { hoursSinceRun } from '../store/run-mark.ts'
import type { Outlet } from '../worker/outlets/outlet.ts'
import type { WorkQueue } from '../worker/queue.ts'
import { dueOf, openSinceOf, parseHead, type Work } from '../worker/work.ts'
import { logUnexpected, told } from './failure.ts'
import { log } from './log.ts'
import { handoverOf } from './time-limits.ts'

export interface ChangesOptions {
  db: Db
  queue: WorkQueue
  /** Where events go besides the table. */
  outlets?: readonly Outlet[]
}

/** Messages on their way to the queue at once. */
const PARALLEL = 10

type Schedule = EventBridgeEvent<'Scheduled Event', unknown>

/**
 * The changes function. A record of the table's stream says that a head has work left, and is no more than a doorbell:
 * what there is to do, and in which order, stands in the table. Every minute the heads whose doorbell was lost are
 * found as well: after a restore, or where records expired. Where there are more accounts than there is time for, the
 * next minute goes on from there. Then it says how long ago the watch ran, so that somebody is told when either of them
 * stops. Records of events go to the outlets; the function writes nothing to the table that its
 * stream would tell it.
 */
export function changesHandler({ db, queue, outlets = [] }: ChangesOptions) {
  return async (event: DynamoDBStreamEvent | Schedule, context: Context): Promise<DynamoDBBatchResponse> => {
    if ('Records' in event) {
      const records = event.Records.filter((record) => isOwn(db, record))
      const failed = [...(await ring(records, queue)), ...(await handOn(records, outlets))]
      return { batchItemFailures: failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? '' })) }
    }
    await told(event.id, () => findLost({ db, queue }, event.id, handoverOf(context, db)))
    return { batchItemFailures: [] }
  }
}

/** Whether a record is of what this region wrote: each acts on that alone, or each would tell and do everything. */
const isOwn = ({ region }: Db, { dynamodb }: DynamoDBRecord): boolean =>
  !region || region.isOwn((dynamodb?.NewImage ?? dynamodb?.OldImage)?.wrote?.S)

/** One message for each head, whose name is that of its last record: a batch that comes again is not sent again. */
async function ring(records: DynamoDBRecord[], queue: WorkQueue): Promise<DynamoDBRecord[]> {
  const failed: DynamoDBRecord[] = []
  for (const ofHead of Map.groupBy(records, keyOf).values()) {
    const { eventID = '', dynamodb } = ofHead.at(-1) ?? {}
    const work = dynamodb?.NewImage && parseHead(dynamodb.Keys)
    if (work) await queue.send(work, eventID).catch((error) => failed.push(...reported(error, ofHead, eventID)))
  }
  return failed
}

/** Hands the events among the records to each outlet. @returns the records of those that one of them did not take. */
async function handOn(records: DynamoDBRecord[], outlets: readonly Outlet[]): Promise<DynamoDBRecord[]> {
  if (outlets.length === 0) return []
  const recordOf = new Map(
    records.flatMap((record) => {
      const event = parseEventRecord(record.dynamodb?.NewImage)
      return event ? [[event, record] as const] : []
    }),
  )
  const events = [...recordOf.keys()]
  const [requestId = ''] = records.map(({ eventID }) => eventID ?? '')
  const send = async (outlet: Outlet) => {
    const refused = await outlet.send(events)
    if (refused.length > 0) throw new Refused(refused)
  }
  const ended = await Promise.allSettled(events.length === 0 ? [] : outlets.map(send))
  const failed = ended.flatMap((one) => {
    if (one.status === 'fulfilled') return []
    reported(one.reason, [], requestId)
    return one.reason instanceof Refused ? one.reason.events : events
  })
  return [...new Set(failed)].flatMap((event) => recordOf.get(event) ?? [])
}

/** Events that an outlet did not take, however often they were sent. */
class Refused extends Error {
  override readonly name = 'Refused'
  readonly events: readonly RestEvent[]

  constructor(events: readonly RestEvent[]) {
    super(`${events.length} events were not taken`)
    this.events = events
  }
}

function reported(error: unknown, records: DynamoDBRecord[], requestId: string): DynamoDBRecord[] {
  logUnexpected(error, { requestContext: { requestId } })
  return records
}

const keyOf = ({ dynamodb }: DynamoDBRecord): string => JSON.stringify(dynamodb?.Keys)

/** What fails is reported, and keeps nobody else waiting: it is found again in the next minute. */
async function findLost({ db, queue }: ChangesOptions, requestId: string, until: number): Promise<void> {
  const report = (error: unknown) => logUnexpected(error, { requestContext: { requestId } })
  const open: Head[] = []
  const worker: Db = { ...db, role: 'worker' }
  await goRound(worker, { name: 'changes', until, report }, async (timed, account) => {
    if (!(await mayChange(timed, account))) return
    const heads = await listHeads(timed, account)
    open.push(...heads)
    await mapConcurrently(dueOf(heads, timed.clock()), PARALLEL, async (work) => {
      // The queue knows of no deadline.
      if (timed.clock() >= until) throw new OutOfTime(false)
      await queue.send(work, onceOf(work, requestId)).catch(report)
    })
  })
  if (open.length > 0) logOpen(open, requestId, db.clock())
  if (db.region) await tellRegion(db, db.region, requestId)
  log('INFO', 'watch', { requestId }, { HoursSinceWatch: await hoursSinceRun(db, 'watch', new Date(db.clock())) })
}

/** Each minute: that the region lives, for the others, and whether the default account is its, by which the domain goes. */
async function tellRegion(db: Db, region: Region, requestId: string): Promise<void> {
  await putBeat(db, region, db.clock())
  const { primary } = await getFence(db, DEFAULT_ACCOUNT, region.home)
  log('INFO', 'region', { requestId, region: region.own, primary }, { IsPrimary: primary === region.own ? 1 : 0 })
}

/** How much is open, and since when; nothing is told of nothing, so that it costs nothing. */
function logOpen(heads: readonly Head[], requestId: string, now: number): void {
  const OpenIntents = heads.reduce((sum, head) => sum + (head.kind === 'GROUP' ? head.queued : 0), 0)
  const oldest = Math.min(...heads.map(openSinceOf))
  const OldestChangeSeconds = Math.max(0, Math.round((now - oldest) / 1000))
  log('INFO', 'open changes', { requestId }, { OpenChanges: heads.length, OpenIntents, OldestChangeSeconds })
}

const onceOf = ({ kind, id }: Work, requestId: string) => `${kind}:${id}:${requestId}`.slice(0, 128)
