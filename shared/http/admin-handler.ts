import { Trail } from '../audit/trail.ts'
import type { Config } from '../config.ts'
import type { ScimContext } from '../resources/context.ts'
import { invalidValue } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import type { Db } from '../store/client.ts'
import { type ApiKind, apiHandler, type HandlerOptions, type Operation } from './api-handler.ts'
import { startTrail } from './start-trail.ts'

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

export const DEFAULT_ACCOUNT = 'default'

/** A Lambda behind the IAM-authorized routes; the query parameter `account` names the account, `default` if absent. */
export function adminHandler(options: HandlerOptions, operations: Record<string, Operation<AdminContext>>) {
  const { config, db } = options
  const kind: ApiKind<{ actor: string }, AdminContext> = {
    identify: (event, request, at) => {
      const actor = event.requestContext.identity.userArn
      if (!actor) throw new Error('The gateway passed no IAM principal')
      const account = accountOf(request.query.account)
      const start = startTrail(event, request, at)
      const trail = new Trail({ ...start, type: 'ADMIN', account, actorName: actor, actorDomain: 'IAM' })
      return { caller: { actor }, trail }
    },
    admit: ({ caller, request, now, trail, report }) => {
      const account = parseAccount(request.query.account)
      return { db, config, account, ...caller, now, trail, report }
    },
  }
  return apiHandler(options, kind, operations)
}

const ACCOUNT = /^[a-z0-9][a-z0-9-]{0,62}$/

/** The account in whose history a request stands: the default one where it names none that there can be. */
export const accountOf = (name: unknown): string =>
  typeof name === 'string' && ACCOUNT.test(name) ? name : DEFAULT_ACCOUNT

/** @throws {ScimError} 400 invalidValue when it is no name of an account. */
export function parseAccount(name = DEFAULT_ACCOUNT): string {
  if (ACCOUNT.test(name)) return name
  throw invalidValue(`Cannot read account ${quote(name)}: small letters, digits and hyphens, at most 63`)
}
