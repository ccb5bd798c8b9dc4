import type { RestEvent } from '../../audit/rest-event.ts'
import { keptSince } from '../../audit/retention.ts'
import { notFound, ScimError } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import { isResourceId } from '../../scim/resource-id.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { type Deletion, listDeletions } from '../../store/deletions.ts'
import { getEvent, listHistory } from '../../store/events/history.ts'
import { getResources } from '../../store/resources.ts'
import type { ScimContext } from '../context.ts'
import { requireAccount } from '../known-names.ts'
import type { Step } from '../steps.ts'
import { undoEvent } from './undo-event.ts'

/** How a deleted object is brought back. */
export interface UndropInput {
  /** Its id, or the name it had. */
  idOrName: string
  dryRun: boolean
  next: string | undefined
}

/**
 * Brings a deleted user or role back from its history, under its old id: a user also into the groups that lost it, a
 * role with its members.
 * @throws {ScimError} 404 where none was deleted within the retention, 409 naming the ids where several had the name.
 */
export async function undrop(context: ScimContext, type: ResourceType, input: UndropInput): Promise<Step> {
  const { idOrName, dryRun, next } = input
  const event = await findDelete(context, type, idOrName)
  const { db, principal, trail } = context
  if (!event) {
    await requireAccount({ db, account: principal.account })
    throw notFound(
      `No ${wordOf(type)} with id or name ${quote(idOrName)} was deleted in account "${principal.account}" within the last ${db.eventRetentionDays} days`,
    )
  }
  trail.about(type.auditWord, event.resourceId, event.resourceName)
  return undoEvent(context, event, { dryRun, force: false, withCreated: false }, next)
}

async function findDelete(context: ScimContext, type: ResourceType, idOrName: string): Promise<RestEvent | undefined> {
  const { db, principal } = context
  const byId = isResourceId(idOrName) ? await findDeleteOf(context, type, idOrName.toLowerCase()) : undefined
  if (byId) return byId
  const deletion = oneOf(type, idOrName, await listGone(context, type, idOrName))
  return deletion && getEvent(db, principal.account, deletion.eventId)
}

/** The last delete in the history of an id. */
async function findDeleteOf({ db, principal, now }: ScimContext, type: ResourceType, id: string) {
  const from = new Date(keptSince(now, db.eventRetentionDays)).toISOString()
  const isDelete = ({ method, changes }: RestEvent) =>
    (method === 'DELETE' && changes) ||
    changes?.some(
      ({ attribute, before, after }) => attribute === type.uniqueName && before !== undefined && after === undefined,
    )
  let found: RestEvent | undefined
  for await (const events of listHistory(db, principal.account, id, { from, to: now.toISOString() }))
    found = events.findLast(isDelete) ?? found
  return found
}

/** Those who were deleted under a name; of several those who are not there again. */
async function listGone({ db, principal }: ScimContext, type: ResourceType, name: string): Promise<Deletion[]> {
  const deleted = await listDeletions(db, principal.account, type, name)
  if (deleted.length < 2) return deleted
  const there = await getResources(
    db,
    principal.account,
    type,
    deleted.map(({ id }) => id),
  )
  return deleted.filter(({ id }) => !there.some((resource) => resource.id === id))
}

function oneOf(type: ResourceType, name: string, deleted: Deletion[]): Deletion | undefined {
  if (deleted.length < 2) return deleted[0]
  const listed = deleted.map(({ id, time }) => `${id} (${time})`).sort()
  const detail = `Several ${wordOf(type)}s named ${quote(name)} were deleted: name one by its id: ${listed.join(', ')}`
  throw new ScimError(409, undefined, detail)
}

const wordOf = ({ auditWord }: ResourceType): string => auditWord.toLowerCase()
