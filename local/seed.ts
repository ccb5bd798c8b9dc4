import { randomUUID } from 'node:crypto'
import { Trail } from '../shared/audit/trail.ts'
import { parseToken, verifySecret } from '../shared/auth/token.ts'
import type { AdminContext } from '../shared/resources/admin-context.ts'
import { createIntegration, ensureAccount, listIntegrations } from '../shared/resources/integrations.ts'
import { tokenStatus } from '../shared/resources/present-token.ts'
import { issueToken, listTokens, revokeToken } from '../shared/resources/tokens.ts'
import type { ClientKind } from '../shared/scim/client-kind.ts'
import { ScimError } from '../shared/scim/error.ts'
import type { Db } from '../shared/store/client.ts'
import { newId } from '../shared/store/new-id.ts'
import { getToken } from '../shared/store/token-record.ts'

/** The integrations a first start makes, and the roles they run as. */
const INTEGRATIONS = [
  { name: 'OKTA_PROVISIONING', clientKind: 'OKTA', role: 'OKTA_PROVISIONER' },
  { name: 'AZURE_PROVISIONING', clientKind: 'AZURE', role: 'AAD_PROVISIONER' },
  { name: 'GENERIC_PROVISIONING', clientKind: 'GENERIC', role: 'GENERIC_SCIM_PROVISIONER' },
] as const satisfies readonly { name: string; clientKind: ClientKind; role: string }[]

export type SeededIntegration = (typeof INTEGRATIONS)[number]['name']
export type SeededTokens = Record<SeededIntegration, string>

/** A token for each integration, or why there is none; and why those are new that an earlier start had otherwise. */
export interface Seeded {
  tokens: Partial<SeededTokens>
  withoutToken: Partial<Record<SeededIntegration, string>>
  replaced: Partial<Record<SeededIntegration, string>>
}

export interface SeedOptions {
  /** Tokens of an earlier start, perhaps of another table. */
  kept?: Partial<SeededTokens>
  /** Revokes the tokens of earlier starts and issues new ones. */
  renew?: boolean
  now?: Date
}

const ACCOUNT = 'default'
const ACTOR = 'npm start'

/**
 * Makes the default account and its integrations where they are missing, and sees to a token for each: the kept one
 * while it works in this table, else a new one. An integration with its full number of live tokens gets none.
 */
export async function seed(db: Db, { kept = {}, renew = false, now = new Date() }: SeedOptions = {}): Promise<Seeded> {
  await ensureAccount(db, ACCOUNT, now)
  const known = new Set((await listIntegrations(contextOf(db, now, 'integrations'))).map(({ name }) => name))
  const outcomes = INTEGRATIONS.map(async (integration): Promise<Outcome> => {
    const { name } = integration
    if (!known.has(name)) await createIntegration(contextOf(db, now, 'integrations'), integration)
    const token = renew ? undefined : kept[name]
    if (token && (await works(db, name, token, now))) return { name, token }
    if (renew) await revokeEarlier(db, now, name)
    const issued = await issue(db, now, name)
    if (renew || !('token' in issued) || !(token || known.has(name))) return issued
    return { ...issued, replaces: token ? 'the kept one no longer works' : 'there was no kept one to read' }
  })
  return toSeeded(await Promise.all(outcomes))
}

type Outcome = { name: SeededIntegration } & ({ token: string; replaces?: string } | { reason: string })

function toSeeded(outcomes: Outcome[]): Seeded {
  const seeded: Seeded = { tokens: {}, withoutToken: {}, replaced: {} }
  for (const outcome of outcomes) {
    const { name } = outcome
    if ('token' in outcome) seeded.tokens[name] = outcome.token
    else seeded.withoutToken[name] = outcome.reason
    if ('token' in outcome && outcome.replaces) seeded.replaced[name] = outcome.replaces
  }
  return seeded
}

/** Whether a token opens this integration in this table: it may have been revoked, or be another table's. */
async function works(db: Db, integration: SeededIntegration, token: string, now: Date): Promise<boolean> {
  const parsed = parseToken(token)
  const record = parsed && (await getToken(db, parsed.tokenId))
  if (!record || !verifySecret(parsed.secret, record.secretHash)) return false
  const isItsOwn = record.account === ACCOUNT && record.integration === integration
  return isItsOwn && tokenStatus(record, now.getTime()) === 'live'
}

async function issue(db: Db, now: Date, name: SeededIntegration): Promise<Outcome> {
  const context = contextOf(db, now, `integrations/${name}/tokens`)
  try {
    return { name, token: (await issueToken(context, { integration: name, name: ACTOR })).token }
  } catch (error) {
    if (!(error instanceof ScimError) || error.status !== 409) throw error
    return { name, reason: error.message }
  }
}

async function revokeEarlier(db: Db, now: Date, integration: SeededIntegration): Promise<void> {
  const listing = contextOf(db, now, `integrations/${integration}/tokens`)
  for (const { tokenId, name, status } of await listTokens(listing, integration)) {
    if (name !== ACTOR || status !== 'live') continue
    await revokeToken(contextOf(db, now, `tokens/${tokenId}`, 'DELETE'), tokenId)
  }
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
