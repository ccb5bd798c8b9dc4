import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { type Account, getAccount } from '../../../shared/store/accounts.ts'
import type { Db } from '../../../shared/store/client.ts'
import { getIntegrations, type Integration } from '../../../shared/store/integrations.ts'
import { getNetworkPolicies, type StoredPolicy } from '../../../shared/store/network-policies.ts'
import { getOAuthClient, type OAuthClient } from '../../../shared/store/oauth-clients.ts'
import { getProvisioners, type Provisioner } from '../../../shared/store/provisioners.ts'
import { getToken, type TokenRecord } from '../../../shared/store/token-record.ts'
import { getTokensOf } from '../../../shared/store/tokens.ts'

/** All that decides who gets into an account, as a table has it; plans put in what they make of it. */
export interface Access {
  account: Account | undefined
  policies: Map<string, StoredPolicy>
  roles: Map<string, Provisioner>
  integrations: Map<string, Integration>
  /** Without access tokens, which ask their client. */
  tokens: Map<string, TokenRecord>
  clients: Map<string, OAuthClient>
}

/** Reads it, with tokens and clients that nothing names but some events. */
export async function loadAccess(db: Db, account: string, events: readonly RestEvent[]): Promise<Access> {
  const [settings, policies, roles, integrations] = await Promise.all([
    getAccount(db, account),
    getNetworkPolicies(db, account),
    getProvisioners(db, account),
    getIntegrations(db, account),
  ])
  const idsOf = (domain: string) =>
    events.flatMap(({ resourceDomain, resourceId }) => (resourceDomain === domain && resourceId ? [resourceId] : []))
  const gone = idsOf('INTEGRATION').filter((name) => !integrations.some((one) => one.name === name))
  const named = [...integrations, ...[...new Set(gone)].map((name) => ({ account, name, tokens: {} }))]
  const tokens = await listTokens(
    db,
    named,
    idsOf('TOKEN').filter((id) => A_TOKEN_ID.test(id)),
  )
  const ids = [...integrations.flatMap(({ oauthClient }) => oauthClient ?? []), ...idsOf('OAUTH_CLIENT')]
  const clients = await Promise.all([...new Set(ids)].map((id) => getOAuthClient(db, id)))
  return {
    account: settings,
    policies: new Map(policies.map((one) => [one.name, one])),
    roles: new Map(roles.map((one) => [one.role, one])),
    integrations: new Map(integrations.map((one) => [one.name, one])),
    tokens: new Map(tokens.filter((one) => one.account === account).map((one) => [one.tokenId, one])),
    clients: new Map(clients.flatMap((one) => (one?.account === account ? [[one.clientId, one] as const] : []))),
  }
}

const A_TOKEN_ID = /^[0-9A-Za-z]{22}$/

async function listTokens(
  db: Db,
  integrations: readonly Pick<Integration, 'account' | 'name' | 'tokens'>[],
  ids: readonly string[],
): Promise<TokenRecord[]> {
  const listed = (await Promise.all(integrations.map((one) => getTokensOf(db, one)))).flat()
  const known = new Set(listed.map(({ tokenId }) => tokenId))
  const others = await Promise.all([...new Set(ids)].filter((id) => !known.has(id)).map((id) => getToken(db, id)))
  return [...listed, ...others.flatMap((token) => token ?? [])].filter(({ client }) => client === undefined)
}
