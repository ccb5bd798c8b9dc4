import type { Change } from '../../audit/rest-event.ts'
import { ADMIN_OWNER } from '../../auth/principal.ts'
import { requireResource } from '../../resources/find-resource.ts'
import { SPECIALS } from '../../resources/kinds.ts'
import { requireAccount } from '../../resources/known-names.ts'
import { invalidValue } from '../../scim/error.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { isJsonObject, type Json, type ResourceType } from '../../scim/schema.ts'
import type { ApiAnswer } from '../api-answer.ts'
import type { Operation } from '../api-handler.ts'
import type { ApiRequest } from '../api-request.ts'
import { resourceWrites, type ScimOperations } from '../resource-operations.ts'
import { mayBeDry, parseDryRun } from './dry-run.ts'
import type { AdminContext, OperationsOf } from './handler.ts'
import { json } from './input.ts'
import { toScimContext } from './resources.ts'

const { User, Group } = RESOURCE_TYPES
const users = resourceWrites(User, SPECIALS.User)
const roles = resourceWrites(Group, SPECIALS.Group)

/** Users and roles changed by hand: what clients do, done by administrators, whoever owns the object. */
export const directOperations = {
  'POST /admin/users': byHand(User, users['POST /Users']),
  'PATCH /admin/users/{id}': byHand(User, users['PATCH /Users/{id}']),
  'DELETE /admin/users/{id}': byHand(User, users['DELETE /Users/{id}']),
  'POST /admin/roles': byHand(Group, roles['POST /Groups']),
  'PATCH /admin/roles/{id}': byHand(Group, roles['PATCH /Groups/{id}']),
  'DELETE /admin/roles/{id}': byHand(Group, roles['DELETE /Groups/{id}']),
} satisfies OperationsOf<'admin-resources'>

/**
 * An operation of clients for administrators: the object may be named by its name too; `dryRun=true` answers what would
 * change. @throws {ScimError} 404, of the account too; 403 where an integration forbids it; 400 for a password; and as the operation.
 */
function byHand(type: ResourceType, run: ScimOperations[string]): Operation<AdminContext> {
  return async (request, context) => {
    context.trail.about(type.auditWord)
    const { id: idOrName } = request.params
    const found = idOrName === undefined ? undefined : await requireResource(context, type, idOrName)
    if (!found) await requireAccount(context)
    const own: ApiRequest = {
      ...request,
      ...(found && { params: { id: found.id } }),
      parseBody: (maxBytes) => withoutPassword(request.parseBody(maxBytes)),
    }
    const answer = await run(own, toScimContext(mayBeDry(request, context)))
    const { changes } = context.trail
    if (parseDryRun(request)) return json(200, { changes })
    return toDirectAnswer(request, answer, { id: found?.id, owner: found?.owner ?? ADMIN_OWNER, changes })
  }
}

/** With the owner and what was changed, nothing where all was so already: also of a group too large to be shown. */
function toDirectAnswer({ method }: ApiRequest, answer: ApiAnswer, { id, ...more }: Direct): ApiAnswer {
  if (answer.body) return { ...answer, body: { ...answer.body, ...more } }
  return method === 'PATCH' ? json(200, { id, ...more }) : answer
}

interface Direct {
  id: string | undefined
  owner: string
  changes: readonly Change[]
}

/** Passwords are their users' and their identity providers'. @throws {ScimError} 400 invalidValue for a body with one. */
function withoutPassword(body: Json): Json {
  const { Operations = [] } = isJsonObject(body) ? body : {}
  const parts = Array.isArray(Operations) ? Operations.filter(isJsonObject) : []
  const named = [body, ...parts.map(({ value }) => value)].flatMap((one) => (isJsonObject(one) ? Object.keys(one) : []))
  const paths = parts.map(({ path }) => String(path))
  if (![...named, ...paths].some((name) => /(^|[:.])password$/i.test(name))) return body
  throw invalidValue('Cannot set a password: administrators set none; leave it out')
}
