import { Trail } from '../audit/trail.ts'
import { ACCOUNT_RULE, DEFAULT_ACCOUNT, isAccountName } from '../auth/account.ts'
import type { Config } from '../config.ts'
import type { ScimContext } from '../resources/context.ts'
import { invalidValue } from '../scim/error.ts'
import type { Db } from '../store/client.ts'
import { type ApiKind, apiHandler, type Operation } from './api-handler.ts'
import { logUnexpected } from './failure.ts'
import type { PutEvent } from './scim-handler.ts'
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

export interface AdminHandlerOptions {
  config: Config
  db: Db
  putEvent: PutEvent
  now?: () => Date
}

/** A Lambda behind the IAM-authorized routes; the query parameter `account` names the account, `default` if absent. */
export function adminHandler(options: AdminHandlerOptions, operations: Record<string, Operation<AdminContext>>) {
  const { config, db, putEvent, now = () => new Date() } = options
  const kind: ApiKind<{ actor: string; account: string }, AdminContext> = {
    config,
    now,
    identify: (event, request, at) => {
      const actor = event.requestContext.identity.userArn
      if (!actor) throw new Error('The gateway passed no IAM principal')
      const account = parseAccount(request.query.account)
      const start = startTrail(event, request, at)
      const trail = new Trail({ ...start, type: 'ADMIN', account, actorName: actor, actorDomain: 'IAM' })
      return { caller: { actor, account }, trail }
    },
    admit: ({ caller, event, now: at, trail }) => ({
      ...{ db, config, ...caller, now: at, trail },
      report: (error) => logUnexpected(error, event),
    }),
    record: async (trail, { status, error }) => {
      const refusal = error && { scimType: error.scimType, detail: error.message }
      const event = putEvent(db, trail.complete({ status, ...refusal }))
      await Promise.all([event, ...trail.alongside.map((write) => write())])
    },
  }
  return apiHandler(kind, operations)
}

/** @throws {ScimError} 400 invalidValue when it is no name of an account. */
export function parseAccount(name = DEFAULT_ACCOUNT): string {
  if (isAccountName(name)) return name
  throw invalidValue(`Cannot read account "${name.slice(0, 80)}": ${ACCOUNT_RULE}`)
}
