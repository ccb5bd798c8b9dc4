import { type ObjectStore, openObjectStore } from '../notary/object-store.ts'
import { type AdminContext, adminHandler } from './admin/handler.ts'
import type { HandlerOptions, Operation } from './api-handler.ts'
import { answerDigests } from './digests-operation.ts'
import type { RouteKeyOf } from './routes.ts'

/** What auditors ask beside the events; nothing is opened where no digests are kept. */
export const auditOperations = (store: Promise<ObjectStore> | undefined) =>
  ({
    'GET /audit/digests': (request, context) => answerDigests(request, context, store),
  }) satisfies Record<RouteKeyOf<'audit'>, Operation<AdminContext>>

/** The audit function: shows the digests, which are kept at `place`. */
export const auditHandler = (options: HandlerOptions, place: string | undefined) =>
  adminHandler<'audit'>(options, auditOperations(place === undefined ? undefined : openObjectStore(place)))
