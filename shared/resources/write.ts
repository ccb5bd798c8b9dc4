import { changesBetween } from '../audit/changes.ts'
import type { RestEvent } from '../audit/rest-event.ts'
import { sameAttributes } from '../scim/patch/apply.ts'
import type { Projection } from '../scim/project.ts'
import { toClientAttributes, toStoredAttributes } from '../scim/representation.ts'
import { type Attributes, hasMembers, type Json, type ResourceType } from '../scim/schema.ts'
import type { Count } from '../store/brake/hour.ts'
import { nameOf } from '../store/claims.ts'
import { newId } from '../store/new-id.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { deleteResource, LostRace, putNewResource, putVersion } from '../store/resource-writes.ts'
import { getResource } from '../store/resources.ts'
import { requireChangeable, requireCreate } from './access.ts'
import { type Asked, parseChanges, parseWhole } from './asked.ts'
import { braked } from './brake/braked.ts'
import { toUniqueness, untilWon } from './conflict.ts'
import type { ScimContext } from './context.ts'
import { marksAfter, withMarks } from './direct-marks.ts'
import type { Conditional } from './precondition.ts'
import { type Derived, loadDerivedOf, type Presented, presentStored } from './present.ts'
import type { Draft, Kind, Request, Write } from './special.ts'

/** What a change is about, and what its answer shows. */
export interface Target extends Conditional {
  projection: Projection
}

/** Creates a resource owned by the caller's role (RFC 7644 §3.3). @throws {ScimError} 400, 403, 409 uniqueness. */
export async function createResource(
  context: ScimContext,
  kind: Kind,
  body: Json,
  projection: Projection,
): Promise<Presented> {
  const { type, special } = kind
  const { db, principal, trail } = context
  requireCreate(context, type)
  const asked = parseWhole(type, body, (attributes) => fillNew(context, kind, attributes))
  const answer = { projection, mayBeEmpty: false, anyVersion: false }
  const draft = await draftOf(context, kind, { asked, known: await special.load?.(context, asked, undefined), answer })
  const resource = toFirstVersion(context, type, draft)
  const changes = [...changesBetween(undefined, resource.attributes), ...draft.changes]
  trail.about(type.auditWord, resource.id, nameOf(resource))
  const put = (event: RestEvent): Promise<void> =>
    special.putNew?.(context, resource, draft, event) ?? putNewResource(db, principal.account, resource, event)
  await trail.record({ status: 201, changes }, put).catch((error) => {
    trail.about(type.auditWord, undefined, nameOf(resource))
    throw toUniqueness(context, error, resource)
  })
  return presentStored(context, resource, projection, draft.derived ?? noneOf(type))
}

/** What is asked for and what the integration adds to it, in the client's shape. */
function fillNew(context: ScimContext, { type, special }: Kind, attributes: Attributes): Attributes {
  if (!special.fillNew) return attributes
  return toClientAttributes(type, special.fillNew(context, toStoredAttributes(type, attributes)))
}

/** Replaces a resource (RFC 7644 §3.5.1). @throws {ScimError} 400, 403, 404, 409, 412. */
export function replaceResource(context: ScimContext, kind: Kind, body: Json, target: Target): Promise<Changed> {
  return changeResource(context, kind, parseWhole(kind.type, body), target, false)
}

/**
 * Applies a PATCH, all of it or nothing (RFC 7644 §3.5.2). The answer may leave the resource out where the type wants it
 * so and the client did not ask for certain attributes. @throws {ScimError} 400, 403, 404, 409, 412.
 */
export function patchResource(context: ScimContext, kind: Kind, body: Json, target: Target): Promise<Changed> {
  const mayBeEmpty = target.projection.mode === 'default'
  return changeResource(context, kind, parseChanges(kind.type, target.id, body), target, mayBeEmpty)
}

/** Deletes a resource and what goes with it (RFC 7644 §3.6); its history stays. @throws {ScimError} 403, 404, 412. */
export function removeResource(context: ScimContext, { type, special }: Kind, target: Conditional) {
  const { db, principal, trail } = context
  return untilWon(async () => {
    const found = await getResource(db, principal.account, type, target.id)
    const before = await requireChangeable(context, type, target, found)
    const draft = (await special.draftDeletion?.(context, before)) ?? toDraft(before.attributes)
    const changes = [...changesBetween(before.attributes, undefined), ...draft.changes]
    await braked(context, 1, (count) =>
      trail.record(
        { status: 204, changes },
        (event) =>
          special.delete?.(context, before, draft, event, count) ??
          deleteResource(db, principal.account, before, event, {}, count),
      ),
    )
  })
}

/** What a change leads to. */
export interface Changed {
  /** Nothing where it is not known which version was written. */
  presented: Presented | undefined
  /** Whether it is answered without the resource. */
  empty: boolean
}

/** Reads, checks, changes and writes one resource, until no other writer comes between; nothing is read after that. */
async function changeResource(
  context: ScimContext,
  kind: Kind,
  asked: Asked,
  target: Target,
  mayBeEmpty: boolean,
): Promise<Changed> {
  const { type, special } = kind
  const { id, ifMatch, ifNoneMatch, projection } = target
  let known: unknown
  return untilWon(async (attempt) => {
    const reading = getResource(context.db, context.principal.account, type, id)
    const [found, loaded, memberships] = await Promise.all([
      reading,
      special.load?.(context, asked, id, known),
      hasMembers(type) ? undefined : loadDerivedOf(context, kind, id, projection, reading),
    ])
    known = loaded
    const before = await requireChangeable(context, type, target, found)
    const anyVersion = mayBeEmpty && attempt > 0 && ifMatch === undefined && ifNoneMatch === undefined
    const answer = { projection, mayBeEmpty, anyVersion }
    const draft = await draftOf(context, kind, { asked, known, before, answer })
    const stored = await writeDraft(context, kind, { before, draft, anyVersion })
    const derived = memberships ?? draft.derived
    const presented = stored && presentStored(context, stored, projection, derived)
    return { presented, empty: draft.empty ?? false }
  })
}

/** The derived attribute of a resource that nobody can have joined, or that has no members. */
const noneOf = ({ derived }: ResourceType): Derived | undefined => derived && { [derived.attribute]: [] }

function draftOf(context: ScimContext, { type, special }: Kind, request: Omit<Request, 'attributes'>) {
  const { asked, before } = request
  const attributes = asked.attributes(toClientAttributes(type, before?.attributes ?? {}))
  const stored = toStoredAttributes(type, attributes)
  return special.draft?.(context, { ...request, attributes: stored }) ?? toDraft(stored)
}

/** The draft of a type that keeps nothing but attributes. */
const toDraft = (attributes: Attributes): Draft => ({ attributes, fields: {}, changes: [] })

/**
 * Writes a draft, corrected where that helps; answers the version now stored, which is `before` if nothing changes, and
 * nothing where that is not known.
 */
async function writeDraft(
  context: ScimContext,
  kind: Kind,
  { before, draft, anyVersion }: Omit<Write, 'after'>,
): Promise<StoredResource | undefined> {
  const { db, principal, trail } = context
  const { special } = kind
  const { attributes, fields, changes, derived } = draft
  if (changes.length === 0 && sameAttributes(before.attributes, attributes))
    return derived ? asRead(context, before) : before
  const all = [...changesBetween(before.attributes, attributes), ...changes]
  const direct = marksAfter(context, before, all)
  const after = { ...before, ...fields, attributes, direct, version: before.version + 1, ...stampOf(context) }
  const put = async (event: RestEvent, count?: Count) => {
    if (special.put) return special.put(context, { before, after, draft, anyVersion, count }, event)
    await putVersion(db, principal.account, { before, after, count }, event)
    return after
  }
  const outcome = { status: draft.empty ? 204 : 200, changes: withMarks(before.direct, all) }
  try {
    return await braked(context, special.weigh?.(before, draft) ?? 0, (count) =>
      trail.record(outcome, (event) => put(event, count)),
    )
  } catch (error) {
    const corrected = special.correct?.(before, draft, error)
    if (!corrected) throw toUniqueness(context, error, after)
    return writeDraft(context, kind, { before, draft: corrected, anyVersion })
  }
}

/**
 * A resource of which nothing was written, so that no condition vouches for it: members that are shown with it were read after
 * it, and are those of its version only if it is the same still. 1 read unit. @throws {LostRace} otherwise.
 */
async function asRead({ db, principal }: ScimContext, before: StoredResource): Promise<StoredResource> {
  const now = await getResource(db, principal.account, before.type, before.id)
  if (now?.version !== before.version) throw new LostRace('It was changed while its members were read')
  return before
}

function toFirstVersion(context: ScimContext, type: ResourceType, { attributes, fields }: Draft): StoredResource {
  const { now, principal } = context
  const stamp = stampOf(context)
  const identity = { type, id: newId(now), owner: principal.role, version: 1, created: stamp.lastModified }
  return { ...identity, ...stamp, ...fields, attributes }
}

/** When a version was written, and by which request. */
const stampOf = ({ now, trail }: ScimContext) => ({ lastModified: now.toISOString(), eventId: trail.eventId })
