import { randomUUID } from 'node:crypto'
import { Trail } from '../shared/audit/trail.ts'
import type { AdminContext } from '../shared/resources/admin-context.ts'
import { createIntegration, ensureAccount, listIntegrations } from '../shared/resources/integrations.ts'
import { issueToken, listTokens, revokeToken } from '../shared/resources/tokens.ts'
import type { ClientKind } from '../shared/scim/client-kind.ts'
import type { Db } from '../shared/store/client.ts'
import { newId } from '../shared/store/new-id.ts'

/** The integrations a first start makes, and the roles they run as. */
const INTEGRATIONS = [
  { name: 'OKTA_PROVISIONING', clientKind: 'OKTA', role: 'OKTA_PROVISIONER' },
  { name: 'AZURE_PROVISIONING', clientKind: 'AZURE', role: 'AAD_PROVISIONER' },
  { name: 'GENERIC_PROVISIONING', clientKind: 'GENERIC', role: 'GENERIC_SCIM_PROVISIONER' },
] as const satisfies readonly { name: string; clientKind: ClientKind; role: string }[]

export type SeededIntegration = (typeof INTEGRATIONS)[number]['name']
export type SeededTokens = Record<SeededIntegration, string>

const ACCOUNT = 'default'
const ACTOR = 'npm start'

/**
 * Makes the default account and its integrations where they are missing, and issues a fresh token for each; those of
 * earlier starts are revoked, so that restarting never uses up the number of live tokens.
 */
export async function seed(db: Db, now = new Date()): Promise<SeededTokens> {
  await ensureAccount(db, ACCOUNT, now)
  const known = new Set((await listIntegrations(contextOf(db, now, 'integrations'))).map(({ name }) => name))
  const tokens = INTEGRATIONS.map(async (integration) => {
    if (!known.has(integration.name)) await createIntegration(contextOf(db, now, 'integrations'), integration)
    return [integration.name, await replaceToken(db, now, integration.name)]
  })
  return Object.fromEntries(await Promise.all(tokens)) as SeededTokens
}

async function replaceToken(db: Db, now: Date, integration: SeededIntegration): Promise<string> {
  const endpoint = `integrations/${integration}/tokens`
  for (const { tokenId, name, status } of await listTokens(contextOf(db, now, endpoint), integration)) {
    if (name === ACTOR && status === 'live')
      await revokeToken(contextOf(db, now, `tokens/${tokenId}`, 'DELETE'), tokenId)
  }
  const { token } = await issueToken(contextOf(db, now, endpoint), { integration, name: ACTOR })
  return token
}

/** One admin operation of the local system, recorded like those of a person. */
function contextOf(db: Db, now: Date, endpoint: string, method = 'POST'): AdminContext {
  const trail = new Trail({
    eventId: newId(now),
    account: ACCOUNT,
    time: now.toISOString(),
    type: 'ADMIN',
    endpoint: `admin/${endpoint}`,
    method,
    clientIp: '127.0.0.1',
    actorName: ACTOR,
    actorDomain: 'LOCAL',
    requestId: randomUUID(),
  })
  return { db, account: ACCOUNT, actor: ACTOR, now, trail }
}
