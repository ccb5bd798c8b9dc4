import { CONTENT_TYPE, type EngineAnswer } from '../../local/engine/engine-connection.ts'
import type { Charge } from './charges.ts'
import type { TableShape } from './table-shape.ts'

const SERVICE = 'com.amazonaws.dynamodb.v20120810#'

/** An answer in DynamoDB's own form. */
export const toAnswer = (status: number, body: object): EngineAnswer => ({
  ...{ status, headers: { 'content-type': CONTENT_TYPE } },
  body: Buffer.from(JSON.stringify(body)),
})

const refuse = (type: string, message: string, more: object = {}): EngineAnswer =>
  toAnswer(400, { __type: type, message, ...more })

const PROVISIONED =
  'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.'
const ON_DEMAND =
  'Throughput exceeds the current throughput limit for your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html'

/** Throttled by its partition, `charge` being what it could not pay. */
export function throttled(shape: TableShape, charge: Pick<Charge, 'kind' | 'of' | 'arn'>): EngineAnswer {
  const what = charge.of === shape.name ? 'Table' : 'Index'
  const reason = `${what}${charge.kind === 'read' ? 'Read' : 'Write'}KeyRangeThroughputExceeded`
  const reasons = [{ reason, resource: charge.arn }]
  if (!shape.onDemand) {
    return refuse(`${SERVICE}ProvisionedThroughputExceededException`, PROVISIONED, { ThrottlingReasons: reasons })
  }
  return refuse('com.amazon.coral.availability#ThrottlingException', ON_DEMAND, { throttlingReasons: reasons })
}

/** Why one action of a transaction could not be done; `None` for those that could. */
export type Cancellation = 'None' | 'Throttled' | 'TransactionConflict'

/** A transaction that was cancelled whole. */
export function cancelled(reasons: readonly Cancellation[], onDemand: boolean): EngineAnswer {
  const shown = reasons.map((reason) => toReason(reason, onDemand))
  const codes = shown.map(({ Code }) => Code).join(', ')
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`
  return toAnswer(400, {
    __type: `${SERVICE}TransactionCanceledException`,
    Message: message,
    CancellationReasons: shown,
  })
}

function toReason(reason: Cancellation, onDemand: boolean): { Code: string; Message?: string } {
  if (reason === 'None') return { Code: 'None' }
  if (reason === 'TransactionConflict') return { Code: reason, Message: 'Transaction is ongoing for the item' }
  if (onDemand) return { Code: 'ThrottlingError', Message: ON_DEMAND }
  return { Code: 'ProvisionedThroughputExceeded', Message: PROVISIONED }
}

/** A plain write on an item that a running transaction holds. */
export const transactionConflict = (): EngineAnswer =>
  refuse(`${SERVICE}TransactionConflictException`, 'Transaction is ongoing for the item')

/** The same transaction, sent again while it runs. */
export const transactionInProgress = (): EngineAnswer =>
  refuse(`${SERVICE}TransactionInProgressException`, 'Transaction with the same client request token is in progress')
