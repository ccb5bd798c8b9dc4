import { DEFAULT_BRAKE } from '../../auth/brake.ts'
import { ADMIN_OWNER } from '../../auth/principal.ts'
import { PRIVILEGES } from '../../auth/privileges.ts'
import type { ScimContext } from '../../resources/context.ts'
import { requireResource } from '../../resources/find-resource.ts'
import { requireAccount } from '../../resources/known-names.ts'
import { listResources } from '../../resources/list.ts'
import { loadResource } from '../../resources/load.ts'
import { requireLocalChanges } from '../../resources/local-changes.ts'
import type { Presented } from '../../resources/present.ts'
import type { Kind } from '../../resources/special.ts'
import { parseProjection } from '../../scim/project.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { getResources } from '../../store/resources.ts'
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
  const byId = new Map(stored.map((one) => [one.id, one]))
  const Resources = list.Resources.map((resource) => toAdminView(resource, byId.get(String(resource.id))))
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
  const stored = await requireResource(context, type, idOrName)
  const { attributes, excludedAttributes } = parseListParameters(query)
  const projection = parseProjection(type, { attributes, excludedAttributes })
  const { resource } = await loadResource(toScimContext(context), kind, stored.id, projection)
  return { status: 200, body: toAdminView(resource, stored) }
}

/** A resource as administrators see it: with its owner, and with what was changed by hand since its owner last did. */
export const toAdminView = (resource: Presented['resource'], stored: StoredResource | undefined) => ({
  ...resource,
  ...(stored && { owner: stored.owner }),
  ...(stored?.direct && { directChanges: stored.direct }),
})

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
      ...{ brake: DEFAULT_BRAKE, brakeReleasedUntil: 0 },
      userDefaults: {},
      tokenId: 'IAM',
      tokenExpiresAt: Number.MAX_SAFE_INTEGER,
    },
  }
  const admitChange = (resource: StoredResource) => requireLocalChanges(db, account, resource)
  const scim = { db, principal, now, baseUrl: SCIM_BASE, types: RESOURCE_TYPES, trail, report }
  return { ...scim, admitChange, sayTaken, measure: () => {} }
}

/** Clients are not told whose a name is. */
const sayTaken: NonNullable<ScimContext['sayTaken']> = (attribute, name, holder) =>
  holder &&
  `The ${attribute} ${name} is taken in this account by one that belongs to ${holder.owner}: choose another name, or change that one`
