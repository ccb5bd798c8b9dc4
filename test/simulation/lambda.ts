import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import { LOCAL_AWS } from '../../local/environment.ts'
import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import type { Config } from '../../shared/config.ts'
import { adminHandler } from '../../shared/http/admin/handler.ts'
import { adminOperations } from '../../shared/http/admin/operations.ts'
import { adminResourceOperations } from '../../shared/http/admin/resource-operations.ts'
import { bulkOperations } from '../../shared/http/bulk-operations.ts'
import { scimRoutes } from '../../shared/http/routes.ts'
import { searchOperations } from '../../shared/http/search-operations.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import type { Connection, HttpRequest } from '../../shared/store/connection.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { listDue, runSlice } from '../../shared/worker/work.ts'
import { ADMIN_ARN, apiEvent, lambdaContext } from '../factories/api-event.ts'
import { idleDoorkeeper } from '../factories/doorkeeper.ts'
import { type Answer, resourceLambdas } from '../factories/resource-lambdas.ts'
import { PRODUCT_OPERATIONS, principal, scimEvent } from '../factories/scim-event.ts'
import type { Found } from './fates.ts'
import type { Caller, Simulation } from './simulation.ts'

/** A request as its sender thinks of it; administrators' go to `/admin`. */
export interface Asked {
  method: string
  path: string
  body?: unknown
  headers?: Record<string, string>
  /** Who asks, where it matters. */
  as?: Partial<Principal>
}

/** What a sender hears: an answer, or that there was none. */
export type Heard = Answer | undefined

const ROUTES = scimRoutes(RESOURCE_TYPES)
const LIMIT_MS = 15_000

const configOf = (tableName: string): Config => ({
  ...{ tableName, dynamodbEndpoint: 'http://table.invalid', publicBaseUrl: 'https://scim.example.com/scim/v2' },
  ...{ eventRetentionDays: 90, requestLog: false },
})

/** A process that answers requests, with a table whose calls wait for the scheduler. */
export class SimulatedLambda implements Caller {
  readonly name: string
  readonly db: Db
  isDead = false
  readonly #simulation: Simulation
  readonly #died: Promise<undefined>
  #tellDeath = () => {}
  readonly #scim: ReturnType<typeof resourceLambdas>
  readonly #admin: ReturnType<typeof adminHandler>

  constructor(simulation: Simulation, tableName: string, name: string) {
    this.name = name
    this.#simulation = simulation
    const config = configOf(tableName)
    this.#died = new Promise((resolve) => {
      this.#tellDeath = () => resolve(undefined)
    })
    this.db = { ...openDb(config, LOCAL_AWS, this.#connection()), clock: () => simulation.world.now }
    const resources = PRODUCT_OPERATIONS
    const operations = { ...resources, ...searchOperations, ...bulkOperations(putEvent, resources) }
    const options = { config, db: this.db, putEvent, doorkeeper: idleDoorkeeper() }
    this.#scim = resourceLambdas(options, operations)
    this.#admin = adminHandler(options, { ...adminOperations, ...adminResourceOperations } as never)
  }

  kill(): void {
    this.isDead = true
    this.#tellDeath()
  }

  /** Answers as the gateway would: a process that dies or throws has no answer. */
  async answer(asked: Asked): Promise<{ requestId: string; heard: Heard }> {
    const event = toEvent(asked)
    const { requestId } = event.requestContext
    const heard = await Promise.race([this.#serve(event).catch(() => undefined), this.#died])
    return { requestId, heard }
  }

  /** Does as much of the queues' work as may be begun. Nobody hears when it fails: it is begun again. */
  async work(): Promise<void> {
    const works = async () => {
      for (const work of await listDue(this.db, DEFAULT_ACCOUNT))
        await runSlice(this.db, work, this.db.clock() + 40_000)
    }
    await Promise.race([works().catch(() => {}), this.#died])
  }

  async #serve(event: APIGatewayProxyEvent): Promise<Answer> {
    const began = this.#simulation.world.now
    const remaining = () => LIMIT_MS - (this.#simulation.world.now - began)
    const context: Context = { ...lambdaContext(), getRemainingTimeInMillis: remaining }
    if (!event.resource.startsWith('/admin')) return this.#scim(event, context)
    const { statusCode: status, headers, body } = await this.#admin(event, context)
    return { status, headers: headers as Record<string, string>, body: body === '' ? undefined : JSON.parse(body) }
  }

  #connection(): Pick<Connection, 'handle' | 'metadata'> {
    const handle: Connection['handle'] = ({ headers, body }: HttpRequest, { abortSignal } = {}) =>
      new Promise((resolve, reject) => {
        const operation = String(headers['x-amz-target']).replace(/.*\./, '')
        const tell = (found: Found) =>
          found instanceof Error
            ? reject(found)
            : resolve({ response: { statusCode: found.status, headers: {}, body: found.body } })
        abortSignal?.addEventListener('abort', () => reject(aborted()))
        this.#simulation.ask(this, { operation, input: JSON.parse(new TextDecoder().decode(body as Uint8Array)) }, tell)
      })
    return { handle, metadata: { handlerProtocol: 'http/1.1' } }
  }
}

const aborted = () => Object.assign(new Error('Request aborted'), { name: 'AbortError' })

function toEvent({ method, path, body, headers = {}, as }: Asked): APIGatewayProxyEvent {
  if (!path.startsWith('/admin')) return scimEvent(ROUTES, principal(as), method, path, body, headers)
  const url = new URL(path, 'https://scim.example.com')
  const query = Object.fromEntries(url.searchParams)
  const [, resource, params] = toAdminRoute(url.pathname)
  return apiEvent({ method, resource, params, query, body, headers, userArn: ADMIN_ARN })
}

/** `/admin/users/7/undrop` as the gateway names it. */
function toAdminRoute(path: string): [path: string, resource: string, params: Record<string, string>] {
  const [, , collection = '', first, ...rest] = path.split('/')
  const variable = /^(integrations|network-policies)$/.test(collection)
    ? 'name'
    : collection === 'provisioners'
      ? 'role'
      : 'id'
  if (first === undefined) return [path, path, {}]
  return [path, ['/admin', collection, `{${variable}}`, ...rest].join('/'), { [variable]: decodeURIComponent(first) }]
}
