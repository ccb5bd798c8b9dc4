import { ADMIN_OWNER } from '../../auth/principal.ts'
import { PRIVILEGES } from '../../auth/privileges.ts'
import type { ScimContext } from '../../resources/context.ts'
import { requireAccount } from '../../resources/known-names.ts'
import { listResources } from '../../resources/list.ts'
import { loadResource } from '../../resources/load.ts'
import type { Presented } from '../../resources/present.ts'
import type { Kind } from '../../resources/special.ts'
import { notFound } from '../../scim/error.ts'
import { parseProjection } from '../../scim/project.ts'
import { quote } from '../../scim/quote.ts'
import { isResourceId } from '../../scim/resource-id.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { getIdByName } from '../../store/claims.ts'
import { getResource, getResources } from '../../store/resources.ts'
import type { ApiAnswer } from '../api-answer.ts'
import { parseListParameters } from '../list-input.ts'
import { SCIM_BASE } from '../routes.ts'
import type { AdminContext } from './handler.ts'

type Query = Readonly<Record<string, string>>

/**
 * Users or roles of the whole account, whoever owns them: a SCIM list whose resources also name their owner.
 * @throws {ScimError} 404 when there is no such account.
 */
export async function listForAdmin(context: AdminContext, kind: Kind, query: Query): Promise<ApiAnswer> {
  const { type } = kind
  context.trail.about(type.auditWord)
  const list = await listResources(toScimContext(context), kind, parseListParameters(query))
  if (list.totalResults === 0) await requireAccount(context)
  const ids = list.Resources.flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
  const stored = await getResources(context.db, context.account, type, ids)
  const owners = new Map(stored.map(({ id, owner }) => [id, owner]))
  const Resources = list.Resources.map((resource) => withOwner(resource, owners.get(String(resource.id))))
  return { status: 200, body: { ...list, Resources } }
}

/** One user or role, by its id or by its name in any letter case, with its owner. @throws {ScimError} 404. */
export async function loadForAdmin(
  context: AdminContext,
  kind: Kind,
  idOrName: string,
  query: Query,
): Promise<ApiAnswer> {
  const { type } = kind
  const { db, account } = context
  const scim = toScimContext(context)
  const id = await findId(context, type, idOrName)
  const { attributes, excludedAttributes } = parseListParameters(query)
  const projection = parseProjection(type, { attributes, excludedAttributes })
  const [{ resource }, stored] = await Promise.all([
    loadResource(scim, kind, id, projection),
    getResource(db, account, type, id),
  ])
  return { status: 200, body: withOwner(resource, stored?.owner) }
}

async function findId({ db, account }: AdminContext, type: ResourceType, idOrName: string): Promise<string> {
  if (isResourceId(idOrName) && (await getResource(db, account, type, idOrName))) return idOrName
  const id = await getIdByName(db, account, type, idOrName)
  if (id) return id
  await requireAccount({ db, account })
  throw notFound(
    `There is no ${type.auditWord.toLowerCase()} with id or name ${quote(idOrName)} in account "${account}"`,
  )
}

const withOwner = (resource: Presented['resource'], owner: string | undefined) =>
  owner ? { ...resource, owner } : resource

/**
 * An administrator sees all of the account, as a client with every privilege would, and may change it whoever owns it;
 * what is made belongs to nobody's role. Addresses are relative.
 */
export function toScimContext({ account, actor: _, ...context }: AdminContext): ScimContext {
  const { db, now, trail, report } = context
  const principal = {
    ...{ account, integration: 'IAM', role: ADMIN_OWNER, clientKind: 'GENERIC' as const, privileges: PRIVILEGES },
    isAdministrator: true as const,
    ...{
      endpointId: '',
      syncPassword: false,
      unknownMembers: 'refuse' as const,
      userDefaults: {},
      tokenId: 'IAM',
      tokenExpiresAt: Number.MAX_SAFE_INTEGER,
    },
  }
  return { db, principal, now, baseUrl: SCIM_BASE, types: RESOURCE_TYPES, trail, report }
}
