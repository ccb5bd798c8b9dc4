import type { Change, RestEvent } from '../audit/rest-event.ts'
import type { Attributes, ResourceType, Value } from '../scim/schema.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { Asked } from './asked.ts'
import type { ScimContext } from './context.ts'

/** What a resource is to become. */
export interface Draft {
  /** In stored shape. */
  attributes: Attributes
  /** What is stored beside the attributes, where it changes. */
  fields: Pick<StoredResource, 'passwordHash' | 'memberCount'>
  /** What the event says besides the attributes; with none, and equal attributes, nothing changes. */
  changes: Change[]
}

/** A draft on its way into the table. */
export interface Write<Made extends Draft = Draft> {
  before: StoredResource
  after: StoredResource
  draft: Made
  /** Whether it may be written over another version than `before`, as far as it does not depend on that. */
  anyVersion: boolean
}

/**
 * What is left to do when a change is committed and its event stored with it. It may answer that another version was
 * written than was asked for.
 */
export type Rest = () => Promise<StoredResource | undefined>

/** What is read of a page of resources together. */
export interface ReadPage {
  ids: readonly string[]
  /** Whether those between the first and the last of them, in order of id, are nearly all on the page. */
  isRun: boolean
}

/** How the derived attribute of a type is read: a user's groups, a group's members. */
export interface DerivedReader {
  /** The values of each of these resources, read together where that is cheaper, else when they are asked for. */
  load(context: ScimContext, page: ReadPage): (id: string) => Promise<Value[]>
  /** Of all that a resource has, those with one of the ids in `values`, where that is cheaper. */
  loadAmong?(context: ScimContext, id: string, values: string[]): Promise<Value[]>
  /** The resources that have such a value; some may be gone already, or not for the caller's eyes. */
  findIds?(context: ScimContext, value: string): Promise<readonly string[]>
  /** Those of them that are there and that the caller sees, without reading them. */
  amongVisible?(context: ScimContext, ids: readonly string[]): Promise<readonly string[]>
}

/**
 * What a type does otherwise than all types, as far as it does: `write.ts` reads, checks, changes and writes every
 * resource, and asks here on its way. `Known` is what a change must know besides the resource.
 */
export interface Special<Known = unknown, Made extends Draft = Draft> {
  /** With a type that has a derived attribute; without it that is never shown. */
  derived?: DerivedReader
  /** Reads what the change must know; beside the resource where that exists. `earlier`: what a lost attempt knew. */
  load?(context: ScimContext, asked: Asked, id?: string, earlier?: Known): Promise<Known>
  /** @throws {ScimError} where the resource cannot be changed yet. */
  requireReady?(context: ScimContext, before: StoredResource): Promise<void>
  /** What the asked attributes, in stored shape, and all else that was asked for come to. @throws {ScimError} 400. */
  draft?(
    context: ScimContext,
    asked: Asked,
    known: Known,
    attributes: Attributes,
    before?: StoredResource,
  ): Promise<Made>
  /** What goes with a deleted resource. */
  draftDeletion?(context: ScimContext, before: StoredResource): Promise<Made>
  /** Another draft of the same change, where the write failed because something was otherwise than it expected. */
  correct?(before: StoredResource, draft: Made, error: unknown): Made | undefined
  putNew?(context: ScimContext, resource: StoredResource, draft: Made, event: RestEvent): Promise<Rest | undefined>
  put?(context: ScimContext, write: Write<Made>, event: RestEvent): Promise<Rest | undefined>
  delete?(context: ScimContext, before: StoredResource, draft: Made, event: RestEvent): Promise<Rest | undefined>
  /** Whether a PATCH of the resource is answered without it. */
  answersEmpty?(context: ScimContext, resource: StoredResource): boolean
}

/** A resource type with what is special about it. */
export interface Kind {
  type: ResourceType
  special: Special
}
