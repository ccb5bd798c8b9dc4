import type { FilePlace } from '../shared/drift/file-error.ts'
import type { PresentedDrift } from '../shared/drift/summary.ts'
import type { AdminRouteKey } from '../shared/http/routes.ts'
import type { WhichRegion } from '../shared/http/who-am-i.ts'
import type { ErrorBody } from '../shared/scim/error.ts'

/** Where the page asks for data: a route of the service follows. */
export const API_BASE = '/console/api'

/** The header that every write carries, with the session's `csrf`. */
export const CSRF_HEADER = 'x-rolecall-csrf'

/**
 * Which routes of the service the page may ask for. A route that is added there does not compile until it is decided
 * here.
 */
export const FORWARDED = {
  'GET /admin/accounts': true,
  'POST /admin/accounts': true,
  'GET /admin/accounts/{account}': true,
  'PATCH /admin/accounts/{account}': true,
  'DELETE /admin/accounts/{account}': true,
  'GET /admin/integrations': true,
  'POST /admin/integrations': true,
  'GET /admin/integrations/{name}': true,
  'PATCH /admin/integrations/{name}': true,
  'DELETE /admin/integrations/{name}': true,
  'POST /admin/integrations/{name}/release': true,
  'GET /admin/integrations/{name}/tokens': true,
  'POST /admin/integrations/{name}/tokens': true,
  'DELETE /admin/integrations/{name}/tokens': true,
  'GET /admin/integrations/{name}/oauth': true,
  'POST /admin/integrations/{name}/oauth': true,
  'PATCH /admin/integrations/{name}/oauth': true,
  'DELETE /admin/integrations/{name}/oauth': true,
  'POST /admin/integrations/{name}/oauth/rotate': true,
  'GET /admin/tokens': true,
  'PATCH /admin/tokens/{id}': true,
  'DELETE /admin/tokens/{id}': true,
  'POST /admin/tokens/{id}/rotate': true,
  'GET /admin/network-policies': true,
  'POST /admin/network-policies': true,
  'GET /admin/network-policies/{name}': true,
  'PATCH /admin/network-policies/{name}': true,
  'DELETE /admin/network-policies/{name}': true,
  'GET /admin/provisioners': true,
  'GET /admin/provisioners/{role}': true,
  'PATCH /admin/provisioners/{role}': true,
  'DELETE /admin/provisioners/{role}': true,
  'GET /admin/users': true,
  'POST /admin/users': true,
  'GET /admin/users/{id}': true,
  'PATCH /admin/users/{id}': true,
  'DELETE /admin/users/{id}': true,
  'POST /admin/users/{id}/undrop': true,
  'GET /admin/roles': true,
  'POST /admin/roles': true,
  'GET /admin/roles/{id}': true,
  'PATCH /admin/roles/{id}': true,
  'DELETE /admin/roles/{id}': true,
  'GET /admin/ownership': true,
  'POST /admin/ownership': true,
  'POST /admin/roles/{id}/undrop': true,
  'POST /admin/undo': true,
  'GET /admin/whoami': true,
  'POST /admin/whoami': true,
  'GET /admin/health': true,
  'GET /admin/users/{id}/roles': true,
  'GET /admin/roles/{id}/members': true,
  'GET /admin/invariants': true,
  'GET /events': true,
  'GET /events/counts': true,
  'GET /events/{id}': true,
  'GET /changes': false,
  'GET /audit/digests': false,
} as const satisfies Record<AdminRouteKey, boolean>

/** What a page is told of its session: `GET /console/api/session`. */
export interface SessionAnswer {
  /** The account of pages whose address names none. */
  account: string
  accounts: string[]
  /** ARN of who signs. */
  principal: string
  region: string
  /** Of a deployment of several regions: which one answered, and which takes changes. */
  regions?: WhichRegion
  /** Of the service, without a trailing slash. */
  url: string
  /** Whether the console was started with `--read-only`. */
  readOnly: boolean
  /** Whether the principal may change anything, and the console lets it. */
  mayWrite: boolean
  /** To be sent with each write as {@link CSRF_HEADER}. */
  csrf: string
  /** How the CLI is called where the console was started: words before `user list`. */
  command: string
  /** Words that belong behind each command, so that it reaches this service and no other. */
  commandOptions: readonly string[]
  version: string
  /** How long events are kept, in days. */
  retentionDays: number
}

/** Why something was refused: `detail` says what to do. */
export interface Refusal extends ErrorBody {
  /** Of a file that cannot be compared: where in it the reason stands. */
  place?: FilePlace
}

/**
 * A line of the answer of `POST /console/api/drift`: how far it has come, again and again, and then the report as
 * `rolecall drift --output json` prints it, or why there is none. The form is multipart: the file `users`, files `groups`,
 * and the options of the command by their names.
 */
export type DriftLine = { progress: { users: number; of: number } } | { report: PresentedDrift } | { error: Refusal }
