import type { Operation } from '../api-handler.ts'
import type { RouteKeyOf } from '../routes.ts'
import type { AdminContext } from './handler.ts'
import { integrationOperations } from './integrations.ts'
import { provisionerOperations } from './provisioners.ts'
import { tokenOperations } from './tokens.ts'

/** What administrators do over HTTP with settings: who may come, and as what. */
export const adminOperations = {
  ...integrationOperations,
  ...provisionerOperations,
  ...tokenOperations,
} satisfies Record<RouteKeyOf<'admin'>, Operation<AdminContext>>
