import { Trail } from '../../audit/trail.ts'
import { ACCOUNT_RULE, DEFAULT_ACCOUNT, isAccountName } from '../../auth/account.ts'
import type { Config } from '../../config.ts'
import type { ScimContext } from '../../resources/context.ts'
import { invalidValue } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import type { Db } from '../../store/client.ts'
import { refuseFenced } from '../../store/regions/fenced.ts'
import { type ApiKind, apiHandler, type HandlerOptions, type Operation } from '../api-handler.ts'
import type { ApiRequest } from '../api-request.ts'
import { ADMIN_ROUTES, type FunctionName, isChange, type RouteKeyOf } from '../routes.ts'
import { startTrail } from '../start-trail.ts'

/** What an admin or audit operation needs: the caller is an IAM principal, the account is named in the request. */
export interface AdminContext extends Pick<ScimContext, 'report'> {
  db: Db
  config: Config
  account: string
  /** The caller's ARN. */
  actor: string
  now: Date
  trail: Trail
}

/** Some of the operations of an admin function, those of one subject. */
export type OperationsOf<Name extends FunctionName> = Partial<Record<RouteKeyOf<Name>, Operation<AdminContext>>>

/**
 * A Lambda behind the IAM-authorized routes; the query parameter `account` names the account, `default` if absent.
 * `Name` has to be written: without it the operations of every function are asked for.
 */
export function adminHandler<Name extends FunctionName>(
  options: HandlerOptions,
  operations: Record<RouteKeyOf<Name>, Operation<AdminContext>>,
) {
  const { config } = options
  const kind: ApiKind<{ actor: string }, AdminContext> = {
    routes: ADMIN_ROUTES,
    identify: (event, request, at) => {
      const actor = event.requestContext.identity.userArn
      if (!actor) throw new Error('The gateway passed no IAM principal')
      const account = accountOf(accountIn(request))
      const start = startTrail(event, request, at)
      const trail = new Trail({ ...start, type: 'ADMIN', account, actorName: actor, actorDomain: 'IAM' })
      return { caller: { actor }, whose: { account }, trail }
    },
    admit: ({ caller, request, now, db, trail, report }) => {
      const account = parseAccount(accountIn(request))
      return { db, config, account, ...caller, now, trail, report }
    },
    attend: ({ request, db }) => {
      const account = accountOf(accountIn(request))
      const admitted = isChange(request) ? refuseFenced(db, account) : Promise.resolve()
      // Awaited where it matters.
      admitted.catch(() => {})
      return { admitted, done: Promise.resolve() }
    },
  }
  return apiHandler(options, kind, operations)
}

/** What names the account: the path where it is about one, else the query. */
const accountIn = ({ params, query }: ApiRequest): string | undefined => params.account ?? query.account

/** The account in whose history a request stands: the default one where it names none that there can be. */
export const accountOf = (name: unknown): string =>
  typeof name === 'string' && isAccountName(name) ? name : DEFAULT_ACCOUNT

/** @throws {ScimError} 400 invalidValue when it is no name of an account. */
export function parseAccount(name = DEFAULT_ACCOUNT): string {
  if (isAccountName(name)) return name
  throw invalidValue(`Cannot read account ${quote(name)}: ${ACCOUNT_RULE}`)
}
