import { invalidPath, invalidSyntax, invalidValue, ScimError, tooLarge } from './error.ts'
import { MAX_BULK_OPERATIONS } from './limits.ts'
import { quote, quoteExpression } from './quote.ts'
import type { ResourceTypes } from './resource-types.ts'
import type { Json, JsonObject } from './schema.ts'

/** One operation of a BulkRequest, its fields of the right JSON types and nothing else checked (RFC 7644 §3.7). */
export interface BulkOperation {
  method: string
  path: string
  bulkId?: string | undefined
  data?: Json | undefined
  version?: string | undefined
}

/** In which order to run a bulk request, and what to refuse without running it; operations go by their index. */
export interface BulkPlan {
  order: number[]
  /** The operations whose created ids each operation needs. */
  dependencies: number[][]
  refused: Map<number, ScimError>
}

const METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
/** The endpoint of a resource type, and an id behind it. */
const BULK_PATH = /^(\/[^/]+)(?:\/([^/?#]+))?$/
const REFERENCE = /^bulkId:(.+)$/s

/**
 * Plans a bulk request before any of it runs: operations stay in the client's order, save that a create comes before
 * whatever names its bulkId. Malformed operations, unknown bulkIds (400) and those that wait for each other (409) are
 * refused one by one, so that the rest can go on (RFC 7644 §3.7.1, §3.7.2).
 * @throws {ScimError} 413 for more than {@link MAX_BULK_OPERATIONS}.
 */
export function planBulk(operations: readonly BulkOperation[], types: ResourceTypes): BulkPlan {
  if (operations.length > MAX_BULK_OPERATIONS) {
    throw tooLarge(`Cannot run ${operations.length} operations: maxOperations is ${MAX_BULK_OPERATIONS}`)
  }
  const refused = new Map<number, ScimError>()
  const creates = indexCreates(operations, refused)
  const dependencies = operations.map((operation) => listDependencies(operation, creates))
  const endpoints = Object.values(types).map(({ endpoint }) => endpoint)
  for (const [index, operation] of operations.entries()) {
    const reason = checkOperation(operation, creates, endpoints) ?? checkCycle(index, operation, dependencies)
    if (reason && !refused.has(index)) refused.set(index, reason)
  }
  return { order: toOrder(dependencies), dependencies, refused }
}

/**
 * The data with every `bulkId:x` replaced by the id of what was created under it.
 * @throws {ScimError} 400 invalidValue when nothing was.
 */
export function resolveBulkIds(data: Json, ids: ReadonlyMap<string, string>): Json {
  if (typeof data === 'string') return resolveText(data, ids)
  if (Array.isArray(data)) return data.map((item) => resolveBulkIds(item, ids))
  if (data === null || typeof data !== 'object') return data
  const resolved: JsonObject = Object.create(null)
  for (const name of Object.keys(data)) resolved[name] = resolveBulkIds(data[name] as Json, ids)
  return resolved
}

/** The path `/Groups/bulkId:x` with the id in place of the reference. @throws {ScimError} 400 invalidValue. */
export function resolveBulkPath(path: string, ids: ReadonlyMap<string, string>): string {
  const slash = path.lastIndexOf('/') + 1
  return path.slice(0, slash) + resolveText(path.slice(slash), ids)
}

function resolveText(text: string, ids: ReadonlyMap<string, string>): string {
  const bulkId = REFERENCE.exec(text)?.[1]
  if (bulkId === undefined) return text
  const id = ids.get(bulkId)
  if (id === undefined) throw invalidValue(`Cannot resolve ${quote(text)}: the operation of that bulkId failed`)
  return id
}

/** The creates by bulkId; where two share one, the first has it. */
function indexCreates(operations: readonly BulkOperation[], refused: Map<number, ScimError>): Map<string, number> {
  const creates = new Map<string, number>()
  for (const [index, { method, bulkId }] of operations.entries()) {
    if (method.toUpperCase() !== 'POST' || !bulkId) continue
    if (creates.has(bulkId)) {
      refused.set(index, invalidValue(`Cannot use bulkId ${quote(bulkId)} twice: give each POST its own`))
    } else creates.set(bulkId, index)
  }
  return creates
}

function listDependencies(operation: BulkOperation, creates: ReadonlyMap<string, number>): number[] {
  const indexes = listReferences(operation).map((bulkId) => creates.get(bulkId))
  return [...new Set(indexes.filter((index) => index !== undefined))]
}

/** The bulkIds an operation names, in its path or as whole strings anywhere in its data. */
function listReferences({ path, data }: BulkOperation): string[] {
  const references = new Set<string>()
  collectReferences(path.slice(path.lastIndexOf('/') + 1), references)
  collectReferences(data ?? null, references)
  return [...references]
}

function collectReferences(json: Json, references: Set<string>): void {
  if (typeof json === 'string') {
    const bulkId = REFERENCE.exec(json)?.[1]
    if (bulkId !== undefined) references.add(bulkId)
  } else if (json !== null && typeof json === 'object') {
    for (const value of Object.values(json)) collectReferences(value, references)
  }
}

function checkOperation(
  operation: BulkOperation,
  creates: ReadonlyMap<string, number>,
  endpoints: readonly string[],
): ScimError | undefined {
  const { path, bulkId, data } = operation
  const method = operation.method.toUpperCase()
  if (!METHODS.has(method)) {
    return invalidSyntax(`Cannot run method ${quote(operation.method)}: expected POST, PUT, PATCH or DELETE`)
  }
  if (method === 'POST' && !bulkId)
    return invalidSyntax('Cannot run a POST without a bulkId: send one, any unique text')
  const [, endpoint = '', id] = BULK_PATH.exec(path) ?? []
  const fits = endpoints.includes(endpoint) && (id === undefined) === (method === 'POST')
  if (!fits) return wrongPath(path, method === 'POST' ? endpoints : endpoints.map((known) => `${known}/<id>`))
  if (method !== 'DELETE' && (data === undefined || data === null)) {
    return invalidSyntax(
      `Cannot run ${method} ${quoteExpression(path)} without data: send the body of the request as data`,
    )
  }
  const unknown = listReferences(operation).find((reference) => !creates.has(reference))
  return unknown === undefined ? undefined : unknownReference(unknown)
}

function wrongPath(path: string, expected: readonly string[]) {
  return invalidPath(`Cannot use path ${quoteExpression(path)}: expected ${expected.join(' or ')}`)
}

function unknownReference(bulkId: string) {
  return invalidValue(`Cannot resolve ${quote(`bulkId:${bulkId}`)}: no POST of this request has that bulkId`)
}

/** Refuses an operation that needs, directly or through others, the id it makes itself. */
function checkCycle(index: number, { bulkId }: BulkOperation, dependencies: number[][]): ScimError | undefined {
  const reached = new Set(dependencies[index])
  for (const next of reached) for (const further of dependencies[next] ?? []) reached.add(further)
  if (!reached.has(index)) return undefined
  const cure = 'create them without the reference, and add it by a PATCH'
  return new ScimError(
    409,
    undefined,
    `Cannot create bulkId ${quote(bulkId)}: it refers to itself in a circle; ${cure}`,
  )
}

/** The client's order with dependencies first; where they run in a circle, the client's order. */
function toOrder(dependencies: readonly number[][]): number[] {
  const order: number[] = []
  const visited = new Set<number>()
  const visit = (index: number) => {
    if (visited.has(index)) return
    visited.add(index)
    for (const dependency of dependencies[index] ?? []) visit(dependency)
    order.push(index)
  }
  for (const index of dependencies.keys()) visit(index)
  return order
}
