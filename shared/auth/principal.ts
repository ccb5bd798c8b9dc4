import type { Carried } from './carried.ts'

/** Owner of what administrators make themselves; no integration runs as it. */
export const ADMIN_OWNER = 'ADMIN'

/** Who is calling: everything a SCIM Lambda knows of the client, all of it from the token record. */
export interface Principal extends Carried {
  account: string
  integration: string
  tokenId: string
  /** Of an access token: the OAuth client that got it, and when, in epoch milliseconds. */
  client?: { id: string; issuedAt: number }
  /** The instant the token stops working, in epoch milliseconds. */
  tokenExpiresAt: number
  /** Whether it may change what others own; of no token, only of callers whom IAM has authorized. */
  isAdministrator?: true
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
