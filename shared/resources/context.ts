import type { Trail } from '../audit/trail.ts'
import type { Principal } from '../auth/principal.ts'
import type { ResourceTypes } from '../scim/resource-types.ts'
import type { Db } from '../store/client.ts'
import type { StoredResource } from '../store/resource-item.ts'

/** What is measured of clients: changes past the limit of a brake, refused or reported. */
export type Measured = 'BrakeStops' | 'BrakeWarnings'

/** What a SCIM operation needs besides its input: one clock reading and one caller per request. */
export interface ScimContext {
  db: Db
  principal: Principal
  now: Date
  /** Where clients reach `/Users`: the start of every `meta.location`. */
  baseUrl: string
  /** The resource types as this kind of client sees them. */
  types: ResourceTypes
  trail: Trail
  /** Counts one of these for whoever watches the service. */
  measure(name: Measured): void
  /** Refuses changes of what the owner's integration lets nobody else change: for administrators, who own none of it. */
  admitChange?(resource: StoredResource): Promise<void>
  /** What is said of a name that another object has, to callers who may know whose that is. */
  sayTaken?(attribute: string, name: string, holder: { owner: string } | undefined): string | undefined
  /** Tells the operators of an error that the answer need not tell. */
  report(error: unknown): void
}
