/** From where an integration may be used: addresses or CIDR blocks of either family. */
export interface NetworkPolicy {
  /** Empty means every address. */
  allowed: readonly string[]
  /** Decided first. */
  blocked: readonly string[]
}

/** What becomes of a caller that a policy does not allow: refused, or let in and counted. */
export const POLICY_MODES = ['enforce', 'observe'] as const
export type PolicyMode = (typeof POLICY_MODES)[number]

/** A policy as it decides about callers. */
export interface AppliedPolicy extends NetworkPolicy {
  /** Of lists that were an integration's own before there were policies, none. */
  name?: string | undefined
  mode: PolicyMode
}

/** The policy that decides about an integration's callers: a copy, kept with that of its tokens. */
export interface IntegrationPolicy extends AppliedPolicy {
  /** Whether it is the account's, since the integration has none of its own. */
  inherited?: true | undefined
}
