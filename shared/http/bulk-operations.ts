import { maskPath, maskSecrets } from '../audit/secrets.ts'
import type { ScimContext } from '../resources/context.ts'
import { type BulkOperation, planBulk, resolveBulkIds, resolveBulkPath } from '../scim/bulk.ts'
import { type ErrorBody, ScimError } from '../scim/error.ts'
import { MAX_BODY_BYTES } from '../scim/limits.ts'
import type { Json } from '../scim/schema.ts'
import { newId } from '../store/new-id.ts'
import { Fenced } from '../store/regions/fenced.ts'
import { type ApiAnswer, toErrorAnswer } from './api-answer.ts'
import type { Operation } from './api-handler.ts'
import type { ApiRequest } from './api-request.ts'
import { BULK_RESPONSE, type BulkRequest, parseBulkRequest } from './bulk-request.ts'
import { eventRecorder, type PutEvent, recorded } from './recorded.ts'
import type { ScimOperations } from './resource-operations.ts'
import type { RouteKeyOf } from './routes.ts'
import { BULK_OPERATION_MS } from './time-limits.ts'

/** What a BulkResponse says of one operation (RFC 7644 §3.7). */
interface BulkResult {
  method: string
  bulkId?: string
  version?: string
  location?: string
  status: string
  response?: ErrorBody
}

interface BulkContext extends ScimContext {
  putEvent: PutEvent
  offered: ScimOperations
}

/** `POST /Bulk`: every operation runs as one of those `offered`, is audited and counts as a request of its own. */
export function bulkOperations(
  putEvent: PutEvent,
  offered: ScimOperations,
): Record<RouteKeyOf<'bulk'>, Operation<ScimContext>> {
  return {
    'POST /Bulk': async (request, context) => {
      const bulk = parseBulkRequest(request.parseBody(MAX_BODY_BYTES))
      const results = await runAll({ ...context, putEvent, offered }, bulk)
      const done = results.filter(({ status }) => Number(status) < 400)
      context.trail.counted(done.length, bulk.operations.length)
      return { status: 200, body: { schemas: [BULK_RESPONSE], Operations: results } }
    },
  }
}

/**
 * Runs the operations in an order that suits their references; results stand in the client's order. After as many errors
 * as the client allows, the rest has no result (RFC 7644 §3.7.3); what time does not suffice for is answered 503.
 */
async function runAll(context: BulkContext, { operations, failOnErrors }: BulkRequest): Promise<BulkResult[]> {
  const { order, refused } = planBulk(operations, context.types)
  const total = operations.length
  const ids = new Map<string, string>()
  const results: (BulkResult | undefined)[] = operations.map(() => undefined)
  let errors = 0
  let inTime = true
  let isAnyDone = false
  for (const index of order) {
    if (errors >= failOnErrors) break
    inTime &&= context.db.deadline - context.db.clock() >= BULK_OPERATION_MS
    const operation = operations[index] as BulkOperation
    const { answer, refusal } = inTime
      ? await runOne({ ...context, total }, operation, refused.get(index), ids)
      : { answer: notTried() }
    // Where another region is primary, the whole request may be sent again; what was done before must be told.
    if (refusal instanceof Fenced && !isAnyDone) throw refusal
    isAnyDone ||= answer.status < 400
    if (inTime && answer.status >= 400) errors++
    else if (inTime && operation.bulkId) ids.set(operation.bulkId, idOf(answer))
    results[index] = presentResult(operation, answer, locationOf(context, operation, answer, ids))
  }
  return results.filter((result) => result !== undefined)
}

/** Nothing of the operation was begun, so it has no event of its own; that of the Bulk request stands for it. */
const notTried = (): ApiAnswer =>
  toErrorAnswer(
    new ScimError(503, undefined, 'Not tried, since the request ran out of time: send this operation again in another'),
  )

/** Runs one operation under a REST event of its own; a failure is its answer, not the end of the request. */
async function runOne(
  context: BulkContext & { total: number },
  operation: BulkOperation,
  refusal: ScimError | undefined,
  ids: ReadonlyMap<string, string>,
): Promise<{ answer: ApiAnswer; refusal?: unknown }> {
  const endpoint = `scim/v2${maskPath(operation.path)}`
  const { now, total } = context
  const trail = context.trail.ofOperation({ eventId: newId(now), method: operation.method, endpoint, total })
  const own = { ...context, trail }
  const outcome = await recorded(
    eventRecorder<ApiAnswer>(own, ({ status }) => status),
    async () => {
      if (refusal) throw refusal
      const request = toRequest(operation, ids, endpoint)
      return (context.offered[`${operation.method} ${request.route}`] as Operation<ScimContext>)(request, own)
    },
  )
  return 'answer' in outcome ? outcome : { answer: toErrorAnswer(outcome.refusal), refusal: outcome.refusal }
}

/** The request that the operation stands for, its references resolved. */
function toRequest(
  { method, path, data, version }: BulkOperation,
  ids: ReadonlyMap<string, string>,
  endpoint: string,
): ApiRequest {
  const [, collection = '', id] = resolveBulkPath(path, ids).split('/')
  const body = data === undefined ? undefined : resolveBulkIds(data, ids)
  return {
    method,
    route: id === undefined ? `/${collection}` : `/${collection}/{id}`,
    endpoint,
    params: id === undefined ? {} : { id: decodeId(id) },
    query: {},
    headers: version === undefined ? {} : { 'if-match': version },
    parseBody: () => body as Json,
  }
}

function decodeId(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

const idOf = (answer: ApiAnswer): string => decodeId((answer.headers?.location ?? '').split('/').at(-1) ?? '')

/** The resource's URL: required in every result, save that of a create that failed (RFC 7644 §3.7). */
function locationOf(
  { baseUrl }: ScimContext,
  { method, path }: BulkOperation,
  { headers }: ApiAnswer,
  ids: ReadonlyMap<string, string>,
): string | undefined {
  if (headers?.location || method === 'POST') return headers?.location
  return `${baseUrl}/${maskPath(toKnownPath(path, ids)).replace(/^\//, '')}`
}

function toKnownPath(path: string, ids: ReadonlyMap<string, string>): string {
  try {
    return resolveBulkPath(path, ids)
  } catch {
    return path
  }
}

function presentResult(
  { method, bulkId }: BulkOperation,
  { status, headers, body }: ApiAnswer,
  location: string | undefined,
): BulkResult {
  const failed = status >= 400
  return {
    ...(location && { location }),
    method: maskSecrets(method),
    ...(bulkId && { bulkId }),
    ...(headers?.etag && { version: headers.etag }),
    status: String(status),
    ...(failed && isError(body) && { response: body }),
  }
}

const isError = (body: unknown): body is ErrorBody => typeof body === 'object' && body !== null && 'detail' in body
