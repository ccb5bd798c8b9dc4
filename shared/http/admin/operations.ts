import type { Operation } from '../api-handler.ts'
import type { RouteKeyOf } from '../routes.ts'
import { accountOperations } from './accounts.ts'
import type { AdminContext } from './handler.ts'
import { healthOperations } from './health.ts'
import { integrationOperations } from './integrations.ts'
import { networkPolicyOperations } from './network-policies.ts'
import { oauthOperations } from './oauth.ts'
import { provisionerOperations } from './provisioners.ts'
import { tokenOperations } from './tokens.ts'

/** What administrators do over HTTP with settings: who may come, and as what. */
export const adminOperations = {
  ...accountOperations,
  ...healthOperations,
  ...integrationOperations,
  ...networkPolicyOperations,
  ...provisionerOperations,
  ...tokenOperations,
  ...oauthOperations,
} satisfies Record<RouteKeyOf<'admin'>, Operation<AdminContext>>
