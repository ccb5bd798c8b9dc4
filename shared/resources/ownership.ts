import type { RestEvent } from '../audit/rest-event.ts'
import type { Trail } from '../audit/trail.ts'
import { ScimError } from '../scim/error.ts'
import { RESOURCE_TYPES } from '../scim/resource-types.ts'
import type { Json, ResourceType } from '../scim/schema.ts'
import { mapConcurrently } from '../store/batch.ts'
import { nameOf } from '../store/claims.ts'
import { countResources, listCounts } from '../store/counters.ts'
import { withDryRun } from '../store/dry-run.ts'
import { newId } from '../store/new-id.ts'
import { listOwnedPage } from '../store/owned.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResource } from '../store/resources.ts'
import { transferResource } from '../store/transfer.ts'
import type { AdminContext } from './admin-context.ts'
import { untilWon } from './conflict.ts'
import { findResource, noSuchResource } from './find-resource.ts'
import { requireAccount, requireOwner } from './known-names.ts'
import { OWNED_TYPES, type Transfer, transferInput } from './ownership-input.ts'
import { parseInput } from './parse-input.ts'
import type { Step, StepRow } from './steps.ts'

type Word = (typeof OWNED_TYPES)[number]
const TYPES: Record<Word, ResourceType> = { USER: RESOURCE_TYPES.User, ROLE: RESOURCE_TYPES.Group }

/** Objects that one request hands over where it takes all that a role owns, and how many at once. */
const PAGE = 100
const PARALLEL = 10

/**
 * Hands users and roles to another owner: those that are named, or all that a role owns, a page a request. Each is one
 * transaction and one event; what has the owner already is `unchanged`, what is not there `refused`, and the rest goes on.
 * @throws {ScimError} 400 invalidValue; 404 for an account or a role that is not there.
 */
export async function transferOwnership(context: AdminContext, input: Json): Promise<Step> {
  const transfer = parseInput(transferInput, input)
  const { next: _, ...asked } = transfer
  context.trail.asks({ dryRun: asked.dryRun, ...asked })
  await requireAccount(context)
  await requireOwner(context, transfer.to)
  const { ownedBy } = transfer
  return ownedBy === undefined ? transferNamed(context, transfer) : transferOwned(context, { ...transfer, ownedBy })
}

async function transferNamed(context: AdminContext, { users = [], roles = [], ...transfer }: Transfer): Promise<Step> {
  const named = [...toNamed('USER', users), ...toNamed('ROLE', roles)]
  const rows = await mapConcurrently(named, PARALLEL, async ({ word, name }): Promise<StepRow> => {
    const found = await findResource(context, TYPES[word], name)
    if (found) return transferOne(context, found, transfer)
    return { type: word, id: '', name, outcome: 'refused', reason: noSuchResource(context, TYPES[word], name).message }
  })
  return { rows, total: rows.length }
}

const toNamed = (word: Word, names: readonly string[]) => [...new Set(names)].map((name) => ({ word, name }))

/** The next page of all that a role owns: users first, then roles, each in the order of creation. */
async function transferOwned(
  context: AdminContext,
  { ownedBy, types = [...OWNED_TYPES], next, ...transfer }: Transfer & { ownedBy: string },
): Promise<Step> {
  const words = OWNED_TYPES.filter((word) => types.includes(word))
  const { after, done } = next ?? { after: '', done: 0 }
  const word = words.find((one) => one === next?.type) ?? words[0]
  const counts = await Promise.all(words.map((one) => countOwned(context, TYPES[one], ownedBy)))
  const owned = counts.reduce((sum, count) => sum + count, 0)
  if (!word || (owned === 0 && !next)) return nothingOwned(context, ownedBy)
  const found = await listOwned(context, TYPES[word], ownedBy, after)
  const rows = await mapConcurrently(found, PARALLEL, (one) => transferOne(context, one, transfer))
  const passed = done + rows.length
  const place = found.length === PAGE ? [word, found.at(-1)?.id] : [words[words.indexOf(word) + 1], '']
  return {
    rows,
    // What is handed over is no longer counted.
    total: transfer.dryRun ? owned : done + owned,
    ...(place[0] !== undefined && { next: `${place.join(' ')} ${passed}` }),
  }
}

const countOwned = ({ db, account }: AdminContext, type: ResourceType, owner: string) =>
  countResources(db, account, type, owner)

/** A role that owns nothing may be gone; one that never was is refused. */
async function nothingOwned(context: AdminContext, role: string): Promise<Step> {
  await requireOwner(context, role)
  return { rows: [], total: 0 }
}

async function listOwned({ db, account, now }: AdminContext, type: ResourceType, owner: string, after: string) {
  const counting = listCounts(db, account, type, owner)
  const page = { after: after || undefined, limit: PAGE, now, counting }
  return (await listOwnedPage(db, account, type, owner, page, 'index')).resources
}

/** Hands one object over, under an event of its own; a refusal is its row. */
async function transferOne(
  context: AdminContext,
  found: StoredResource,
  { to, dryRun = false }: Pick<Transfer, 'to' | 'dryRun'>,
): Promise<StepRow> {
  const { type, id } = found
  const row = { type: type.auditWord, id, name: nameOf(found) }
  const db = dryRun ? withDryRun(context.db) : context.db
  try {
    const from = await passOn({ ...context, db }, found, to)
    if (from === undefined) return { ...row, outcome: 'refused', reason: 'It was deleted meanwhile' }
    if (from === to) return { ...row, outcome: 'unchanged', what: `owner ${to}` }
    return { ...row, outcome: 'done', what: `owner ${from} → ${to}` }
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    return { ...row, outcome: 'refused', reason: error.message }
  }
}

/** Whose it was; nobody's where it is gone. @throws {ScimError} 429. */
function passOn(
  { db, account, now, trail }: AdminContext,
  found: StoredResource,
  to: string,
): Promise<string | undefined> {
  const own = trail.ofOperation({ eventId: newId(now) })
  return untilWon(async (attempt) => {
    const before = attempt === 0 ? found : await getResource(db, account, found.type, found.id)
    if (!before || before.owner === to) return before?.owner
    await record(own, before, to, (event) => transferResource(db, account, before, to, event))
    return before.owner
  })
}

function record(trail: Trail, before: StoredResource, to: string, write: (event: RestEvent) => Promise<void>) {
  trail.about(before.type.auditWord, before.id, nameOf(before))
  const changes = [{ attribute: 'owner', before: before.owner, after: to }]
  return trail.record({ status: 200, changes }, write)
}
