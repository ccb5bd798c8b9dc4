import type { ClientKind } from '../scim/client-kind.ts'

/** What becomes of ids among a group's new members that are no users: the request is refused, or goes on without them. */
export const UNKNOWN_MEMBERS = ['refuse', 'skip'] as const
export type UnknownMembers = (typeof UNKNOWN_MEMBERS)[number]

/** Okta does not send a refused push again, so one stale id would lose the others. */
export const defaultUnknownMembers = (clientKind: ClientKind): UnknownMembers =>
  clientKind === 'OKTA' ? 'skip' : 'refuse'

/** Who is calling: everything a SCIM Lambda knows of the client, all of it from the token record. */
export interface Principal {
  account: string
  integration: string
  /** The run-as role: owner of what this client creates. */
  role: string
  clientKind: ClientKind
  /** Of the resource types (`scim/resource-types.ts`). */
  privileges: readonly string[]
  endpointId: string
  syncPassword: boolean
  unknownMembers: UnknownMembers
  tokenId: string
  /** The instant the token stops working, in epoch milliseconds. */
  tokenExpiresAt: number
}

/** The authorizer's context: API Gateway carries strings only, under names of its own choosing. */
export type AuthorizerContext = Record<string, string>

/** Writes a principal as the context an authorizer returns. */
export function toAuthorizerContext(principal: Principal): AuthorizerContext {
  return { principal: JSON.stringify(principal) }
}

/** Reads back what {@link toAuthorizerContext} wrote. Only the gateway can set it. @throws {Error} when it is absent. */
export function parsePrincipal(context: Record<string, unknown> | null | undefined): Principal {
  const text = context?.principal
  if (typeof text !== 'string') throw new Error('The gateway passed no authorizer context')
  return JSON.parse(text) as Principal
}
