import { changesBetween } from '../audit/changes.ts'
import type { Change } from '../audit/rest-event.ts'
import { applyPatch, sameAttributes } from '../scim/patch/apply.ts'
import { parsePatch } from '../scim/patch/request.ts'
import type { Projection } from '../scim/project.ts'
import { toClientAttributes, toStoredAttributes, withDefaults } from '../scim/representation.ts'
import type { Attributes, Json } from '../scim/schema.ts'
import { parseResource } from '../scim/validate.ts'
import { nameOf } from '../store/claims.ts'
import { eventPut } from '../store/events/write.ts'
import { forgetPending, markPending, TOMBSTONE_MS } from '../store/groups/pending.ts'
import { sweepUser } from '../store/groups/sweep.ts'
import { deletedUserKey } from '../store/keys.ts'
import { newId } from '../store/new-id.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { createResource, deleteActions, LostRace, replaceResource } from '../store/resource-writes.ts'
import { getResource } from '../store/resources.ts'
import { ConditionsFailed, transact } from '../store/transaction.ts'
import { requireCreate, requireOwned, requireVisible } from './access.ts'
import { toUniqueness, untilWon } from './conflict.ts'
import { afterCommit, type ScimContext } from './context.ts'
import { hashPassword, isPassword } from './password.ts'
import { checkIfMatch } from './precondition.ts'
import { loadDerived, type Presented, presentStored } from './present.ts'

export interface ChangeOptions {
  projection: Projection
  ifMatch?: string | undefined
}

/** Creates a user owned by the caller's role (RFC 7644 §3.3). @throws {ScimError} 400, 403, 409 uniqueness. */
export async function createUser(context: ScimContext, body: Json, projection: Projection): Promise<Presented> {
  const { db, principal, now, trail, types } = context
  requireCreate(context, 'User')
  const { password, attributes } = takePassword(parseResource(types.User, body))
  const id = newId(now)
  const user: StoredResource = {
    type: 'User',
    id,
    owner: principal.role,
    version: 1,
    created: now.toISOString(),
    lastModified: now.toISOString(),
    attributes: toStoredAttributes(types.User, withDefaults(types.User, attributes)),
    eventId: trail.eventId,
    ...(await toPasswordHash(context, password)),
  }
  trail.about('USER', id, nameOf(user.type, user.attributes))
  const changes = [...changesBetween(undefined, user.attributes), ...passwordChange(user.passwordHash)]
  try {
    await createResource(db, principal.account, user, trail.complete({ status: 201, changes }))
  } catch (error) {
    trail.about('USER', undefined, nameOf(user.type, user.attributes))
    throw toUniqueness(error, user)
  }
  trail.recorded = true
  return presentStored(context, user, projection, { groups: [] })
}

/** Replaces a user (RFC 7644 §3.5.1). @throws {ScimError} 400, 403, 404, 409, 412. */
export function replaceUser(context: ScimContext, id: string, body: Json, options: ChangeOptions): Promise<Presented> {
  const type = context.types.User
  const read = parseResource(type, body)
  return changeUser(context, id, options, (before) => withDefaults(type, read, before))
}

/** Applies a PATCH to a user, all of it or nothing (RFC 7644 §3.5.2). @throws {ScimError} 400, 403, 404, 409, 412. */
export function patchUser(context: ScimContext, id: string, body: Json, options: ChangeOptions): Promise<Presented> {
  const type = context.types.User
  const operations = parsePatch(type, body)
  return changeUser(context, id, options, (before) => applyPatch(type, before, operations, { id }).attributes)
}

/** Reads, changes and writes one user; `change` maps attributes in the caller's shape. */
function changeUser(
  context: ScimContext,
  id: string,
  { projection, ifMatch }: ChangeOptions,
  change: (before: Attributes) => Attributes,
): Promise<Presented> {
  const { db, principal, trail, types } = context
  return untilWon(ifMatch, async () => {
    const [found, derived] = await Promise.all([
      getResource(db, principal.account, 'User', id),
      loadDerived(context, 'User', id, projection),
    ])
    const before = requireVisible(context, 'User', id, found)
    requireOwned(context, before)
    checkIfMatch(ifMatch, before)
    const { password, attributes } = takePassword(change(toClientAttributes(types.User, before.attributes)))
    const after = await nextVersion(context, before, toStoredAttributes(types.User, attributes), password)
    if (!after) return presentStored(context, before, projection, derived)
    const changes = [...changesBetween(before.attributes, after.attributes), ...newPassword(before, after)]
    try {
      await replaceResource(db, principal.account, before, after, trail.complete({ status: 200, changes }))
    } catch (error) {
      throw toUniqueness(error, after)
    }
    trail.recorded = true
    return presentStored(context, after, projection, derived)
  })
}

/** The user's next version; undefined when nothing would change (CHECKLIST PAT-7, PUT-6). */
async function nextVersion(
  context: ScimContext,
  before: StoredResource,
  attributes: Attributes,
  password: string | undefined,
): Promise<StoredResource | undefined> {
  const keepsPassword = !before.passwordHash || !password || (await isPassword(password, before.passwordHash))
  const hash = keepsPassword && before.passwordHash ? {} : await toPasswordHash(context, password)
  if (sameAttributes(before.attributes, attributes) && Object.keys(hash).length === 0) return undefined
  return {
    ...before,
    ...hash,
    attributes,
    version: before.version + 1,
    lastModified: context.now.toISOString(),
    eventId: context.trail.eventId,
  }
}

/** Deletes a user, its claims and its memberships (RFC 7644 §3.6); its history stays. @throws {ScimError} 403, 404, 412. */
export function deleteUser(context: ScimContext, id: string, ifMatch: string | undefined): Promise<void> {
  const { db, principal, now, trail } = context
  const { account } = principal
  return untilWon(ifMatch, async () => {
    const before = requireVisible(context, 'User', id, await getResource(db, account, 'User', id))
    requireOwned(context, before)
    checkIfMatch(ifMatch, before)
    const event = trail.complete({ status: 204, changes: changesBetween(before.attributes, undefined) })
    const tombstone = markPending(deletedUserKey(account, id), now.getTime() + TOMBSTONE_MS)
    await removeOr(LostRace, () =>
      transact(
        db,
        [...deleteActions(account, before), tombstone, eventPut(db, event)],
        `${trail.eventId}:${before.version}`,
      ),
    )
    trail.recorded = true
    forgetPending(db, account)
    await afterCommit(context, () => sweepUser(db, account, id))
  })
}

/** Turns failed conditions of a delete into a lost race: what was to be deleted has changed. */
export async function removeOr(Lost: typeof LostRace, remove: () => Promise<void>): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (error instanceof ConditionsFailed) throw new Lost('', { cause: error })
    throw error
  }
}

/** The password never stays among the attributes. */
function takePassword(attributes: Attributes): { password: string | undefined; attributes: Attributes } {
  const { password, ...rest } = attributes
  return { password: typeof password === 'string' ? password : undefined, attributes: rest }
}

/** Ignored while the integration does not sync passwords. */
async function toPasswordHash({ principal }: ScimContext, password: string | undefined) {
  if (!principal.syncPassword || password === undefined) return {}
  return { passwordHash: await hashPassword(password) }
}

const newPassword = (before: StoredResource, after: StoredResource): Change[] =>
  before.passwordHash === after.passwordHash ? [] : passwordChange(after.passwordHash)

const passwordChange = (hash: string | undefined): Change[] =>
  hash === undefined ? [] : [{ attribute: 'password', after: '(set)' }]
