import type { ScimContext } from '../resources/context.ts'
import { type BulkOperation, planBulk, resolveBulkIds, resolveBulkPath } from '../scim/bulk.ts'
import { type ErrorBody, presentError, type ScimError } from '../scim/error.ts'
import { MAX_BODY_BYTES } from '../scim/limits.ts'
import type { Json } from '../scim/schema.ts'
import { newId } from '../store/new-id.ts'
import type { ApiAnswer } from './api-answer.ts'
import type { Operation } from './api-handler.ts'
import type { ApiRequest } from './api-request.ts'
import { BULK_RESPONSE, type BulkRequest, parseBulkRequest } from './bulk-request.ts'
import { toScimError } from './failure.ts'
import type { ScimOperations } from './resource-operations.ts'
import type { RouteKeyOf } from './routes.ts'
import type { PutEvent } from './scim-handler.ts'

/** How long operations are begun, in milliseconds; what is done by then is answered, well before the gateway gives up. */
const DEADLINE_MS = 9_000

/** What a BulkResponse says of one operation (RFC 7644 §3.7). */
interface BulkResult {
  method: string
  bulkId?: string
  version?: string
  location?: string
  status: string
  response?: ErrorBody
}

/** `POST /Bulk`: every operation runs as one of those `offered`, is audited and counts as a request of its own. */
export function bulkOperations(
  putEvent: PutEvent,
  offered: ScimOperations,
): Record<RouteKeyOf<'bulk'>, Operation<ScimContext>> {
  return {
    'POST /Bulk': async (request, context) => {
      const bulk = parseBulkRequest(request.parseBody(MAX_BODY_BYTES))
      const results = await runAll(context, bulk, putEvent, Date.now() + DEADLINE_MS, offered)
      return { status: 200, body: { schemas: [BULK_RESPONSE], Operations: results } }
    },
  }
}

/** Runs the operations in an order that suits their references; results stand in the client's order. */
async function runAll(
  context: ScimContext,
  { operations, failOnErrors }: BulkRequest,
  putEvent: PutEvent,
  deadline: number,
  offered: ScimOperations,
): Promise<BulkResult[]> {
  const { order, refused } = planBulk(operations, context.types)
  const ids = new Map<string, string>()
  const results: (BulkResult | undefined)[] = operations.map(() => undefined)
  let errors = 0
  for (const index of order) {
    if (errors >= failOnErrors || Date.now() > deadline) break
    const operation = operations[index] as BulkOperation
    const answer = await runOne(context, operation, refused.get(index), ids, putEvent, offered)
    if (answer.status >= 400) errors++
    else if (operation.bulkId) ids.set(operation.bulkId, idOf(answer))
    results[index] = presentResult(operation, answer, locationOf(context, operation, answer, ids))
  }
  return results.filter((result) => result !== undefined)
}

/** Runs one operation under a REST event of its own; a failure is its answer, not the end of the request. */
async function runOne(
  context: ScimContext,
  operation: BulkOperation,
  refusal: ScimError | undefined,
  ids: ReadonlyMap<string, string>,
  putEvent: PutEvent,
  offered: ScimOperations,
): Promise<ApiAnswer> {
  const endpoint = `scim/v2${operation.path}`.slice(0, 512)
  const trail = context.trail.ofOperation({ eventId: newId(context.now), method: operation.method, endpoint })
  const own = { ...context, trail }
  const answer = await attempt(own, async () => {
    if (refusal) throw refusal
    const request = toRequest(operation, ids, endpoint)
    return (offered[`${operation.method} ${request.route}`] as Operation<ScimContext>)(request, own)
  })
  if (trail.recorded) return answer
  const { status, body } = answer
  const outcome = isError(body) ? { status, scimType: body.scimType, detail: body.detail } : { status }
  return attempt(own, async () => {
    await putEvent(context.db, trail.complete(outcome))
    return answer
  })
}

async function attempt(context: ScimContext, run: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  try {
    return await run()
  } catch (error) {
    const refusal = toScimError(error, context.trail.requestId, context.report)
    return { status: refusal.status, body: presentError(refusal) }
  }
}

/** The request that the operation stands for, its references resolved. */
function toRequest({ method, path, data, version }: BulkOperation, ids: ReadonlyMap<string, string>, endpoint: string) {
  const [, collection = '', id] = resolveBulkPath(path, ids).split('/')
  const body = data === undefined ? undefined : resolveBulkIds(data, ids)
  const request: ApiRequest = {
    method,
    route: id === undefined ? `/${collection}` : `/${collection}/{id}`,
    endpoint,
    params: id === undefined ? {} : { id: decodeId(id) },
    query: {},
    headers: version === undefined ? {} : { 'if-match': version },
    parseBody: () => body as Json,
  }
  return request
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
  return `${baseUrl}/${toKnownPath(path, ids).replace(/^\//, '')}`
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
    method,
    ...(bulkId && { bulkId }),
    ...(headers?.etag && { version: headers.etag }),
    status: String(status),
    ...(failed && isError(body) && { response: body }),
  }
}

const isError = (body: unknown): body is ErrorBody => typeof body === 'object' && body !== null && 'detail' in body
