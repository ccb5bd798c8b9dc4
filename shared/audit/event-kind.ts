import type { RestEvent } from './rest-event.ts'

/** What an event can be about: the kinds of objects, questions of the history itself, and the rest of the service. */
export const EVENT_KINDS = [
  ...(['user', 'role', 'token', 'integration', 'provisioner', 'policy', 'account', 'oauth'] as const),
  ...(['audit', 'bulk', 'service'] as const),
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** What operators do past the service, table by table: the method of its events. */
export const OPERATOR_METHODS = ['RESTORE', 'FAILOVER', 'REPAIR'] as const

/**
 * Methods that events have: those of HTTP, direct invocation, our own notices, what operators do, and any for callers who are
 * only counted.
 */
export const EVENT_METHODS = [
  ...(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'INVOKE', 'NOTICE'] as const),
  ...OPERATOR_METHODS,
  'ANY',
] as const

/** By the word of the object that an event is about. */
const BY_DOMAIN: Readonly<Record<string, EventKind>> = {
  USER: 'user',
  ROLE: 'role',
  TOKEN: 'token',
  INTEGRATION: 'integration',
  PROVISIONER: 'provisioner',
  NETWORK_POLICY: 'policy',
  ACCOUNT: 'account',
  OAUTH_CLIENT: 'oauth',
}

/** By where a request went that names no object: the first that fits, without the base and the endpoint id. */
const BY_PATH: readonly (readonly [RegExp, EventKind])[] = [
  [/^(?:events|changes)(?:\/|$)/, 'audit'],
  [/^oauth2\//, 'oauth'],
  [/^(?:admin\/)?users(?:\/|$)/, 'user'],
  [/^(?:groups|admin\/roles)(?:\/|$)/, 'role'],
  [/^admin\/(?:tokens|integrations\/[^/]+\/tokens)(?:\/|$)/, 'token'],
  [/^admin\/integrations\/[^/]+\/oauth(?:\/|$)/, 'oauth'],
  [/^admin\/integrations(?:\/|$)/, 'integration'],
  [/^admin\/provisioners(?:\/|$)/, 'provisioner'],
  [/^admin\/network-policies(?:\/|$)/, 'policy'],
  [/^admin\/accounts(?:\/|$)/, 'account'],
  [/^bulk$/, 'bulk'],
]

/** What an event is about. Callers who are only counted are about the token they had, or had not. */
export function kindOfEvent({ resourceDomain, endpoint, count }: RestEvent): EventKind {
  const byDomain = resourceDomain === undefined ? undefined : BY_DOMAIN[resourceDomain]
  if (byDomain) return byDomain
  const path = endpoint.toLowerCase().replace(/^scim\/v2\/(?:[0-9a-f-]{36}\/)?/, '')
  const byPath = BY_PATH.find(([pattern]) => pattern.test(path))?.[1]
  return byPath ?? (count === undefined ? 'service' : 'token')
}
