import type { Change, RestEvent } from '../audit/rest-event.ts'
import type { Projection } from '../scim/project.ts'
import type { Attributes, ResourceType, Value } from '../scim/schema.ts'
import type { Count } from '../store/brake/hour.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { Asked } from './asked.ts'
import type { ScimContext } from './context.ts'
import type { Derived } from './present.ts'

/** What a resource is to become. */
export interface Draft {
  /** In stored shape. */
  attributes: Attributes
  /** What is stored beside the attributes, where it changes. */
  fields: Pick<StoredResource, 'passwordHash' | 'memberCount'>
  /** What the event says besides the attributes; with none, and equal attributes, nothing changes. */
  changes: Change[]
  /** The derived attribute as it is after the change, where the answer shows it: nothing is read after a commit. */
  derived?: Derived | undefined
  /** Whether the answer leaves the resource out. */
  empty?: boolean
}

/** What a change comes from. `Known` is what it must know besides the resource. */
export interface Request<Known = unknown> {
  asked: Asked
  known: Known
  /** Those asked for, in stored shape. */
  attributes: Attributes
  /** Nothing where the resource is created. */
  before?: StoredResource | undefined
  answer: Answer
}

/** What is asked of the answer to a change. */
export interface Answer {
  projection: Projection
  /** Whether it may leave the resource out. */
  mayBeEmpty: boolean
  /** Whether the change may be written over another version than was read, so that the answer knows none. */
  anyVersion: boolean
}

/** A draft on its way into the table. */
export interface Write<Made extends Draft = Draft> {
  before: StoredResource
  after: StoredResource
  draft: Made
  /** What it counts on the brake. */
  count?: Count | undefined
  /** Whether it may be written over another version than `before`, as far as it does not depend on that. */
  anyVersion: boolean
}

/** What is read of a page of resources together. */
export interface ReadPage {
  ids: readonly string[]
  /** Whether those between the first and the last of them, in order of id, are nearly all on the page. */
  isRun: boolean
  /** Waits for the resources, where they are still being read: of one that the caller does not see no more is read than of none. */
  reading?: () => Promise<readonly (StoredResource | undefined)[]>
}

/** A resource with what it derives: held, or still to be read where that is too much. */
export interface Whole {
  stored: StoredResource
  values: Value[] | AsyncIterable<Value[]>
}

/** How the derived attribute of a type is read: a user's groups, a group's members. */
export interface DerivedReader {
  /** The values of each of these resources, read together where that is cheaper, else when they are asked for. */
  load(context: ScimContext, page: ReadPage): (id: string) => Promise<Value[]>
  /**
   * Values that may be too many to hold, each resource with those of the version it is shown with; who is gone meanwhile
   * is left out.
   */
  loadWhole?(context: ScimContext, found: StoredResource[]): Promise<ReadonlyMap<string, Whole>>
  /** Of all that a resource has, those with one of the ids in `values`, where that is cheaper. */
  loadAmong?(context: ScimContext, stored: StoredResource, values: string[]): Promise<Value[]>
  /** The resources that have such a value; some may be gone already, or not for the caller's eyes. */
  findIds?(context: ScimContext, value: string): Promise<readonly string[]>
  /** Those of them that are there and that the caller sees, without reading them. */
  amongVisible?(context: ScimContext, ids: readonly string[]): Promise<readonly string[]>
}

/**
 * What a type does otherwise than all types, as far as it does: `write.ts` reads, checks, changes and writes every
 * resource, and asks here on its way.
 */
export interface Special<Known = unknown, Made extends Draft = Draft> {
  /** With a type that has a derived attribute; without it that is never shown. */
  derived?: DerivedReader
  /** Reads what the change must know, beside the resource of that id, where it exists. `earlier`: what a lost attempt knew. */
  load?(context: ScimContext, asked: Asked, id: string | undefined, earlier?: Known): Promise<Known>
  /** What the integration adds to a new resource where the client sent nothing for it. Stored shape. */
  fillNew?(context: ScimContext, attributes: Attributes): Attributes
  /** What all that is asked for comes to. @throws {ScimError} 400. */
  draft?(context: ScimContext, request: Request<Known>): Promise<Made>
  /** What goes with a deleted resource. */
  draftDeletion?(context: ScimContext, before: StoredResource): Promise<Made>
  /** How many objects of a change count on the brake: who is deactivated, who is a member no more; none where absent. */
  weigh?(before: StoredResource, draft: Made): number
  /** Another draft of the same change, where the write failed because something was otherwise than it expected. */
  correct?(before: StoredResource, draft: Made, error: unknown): Made | undefined
  putNew?(context: ScimContext, resource: StoredResource, draft: Made, event: RestEvent): Promise<void>
  /** Answers what was stored; nothing where it is not known over which version it was written. */
  put?(context: ScimContext, write: Write<Made>, event: RestEvent): Promise<StoredResource | undefined>
  delete?(context: ScimContext, before: StoredResource, draft: Made, event: RestEvent, count?: Count): Promise<void>
}

/** A resource type with what is special about it. */
export interface Kind {
  type: ResourceType
  special: Special
}
