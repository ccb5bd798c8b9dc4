import { changesBetween } from '../audit/changes.ts'
import type { KeySource, Trust } from '../auth/oauth/trust.ts'
import { type NewToken, newToken } from '../auth/token.ts'
import { invalidValue, notFound, ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import type { Attributes, Json } from '../scim/schema.ts'
import type { Integration } from '../store/integrations.ts'
import {
  deleteOAuthClient,
  getOAuthClient,
  type OAuthClient,
  putNewOAuthClient,
  putOAuthClientChange,
} from '../store/oauth-clients.ts'
import { getUses } from '../store/token-uses.ts'
import { toAccess } from '../store/tokens.ts'
import type { AdminContext } from './admin-context.ts'
import { commandFor } from './command-for.ts'
import { requireIntegration } from './integrations.ts'
import { MAX_TRUSTS, type OAuthChange, oauthChange, rotateInput } from './oauth-input.ts'
import { parseInput } from './parse-input.ts'
import { presentUses } from './present-token.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import type { ChangedOAuth, NewSecret, OAuthClientView, UsedOAuthClient } from './views/oauth-client.ts'

/**
 * Makes an OAuth client for an integration, with a secret that has no end.
 * @throws {ScimError} 404; 409 when it has one.
 */
export async function enableOAuth(context: AdminContext, name: string): Promise<NewSecret> {
  const { db, account, actor, now, trail } = context
  const { tokenId: clientId, token: clientSecret, secretHash: hash } = newToken()
  const createdAt = now.getTime()
  return retryLostRaces(async () => {
    const origin = await requireIntegration(context, name)
    const { integration, provisioner } = origin
    if (integration.oauthClient !== undefined) throw hasClient(integration)
    const client: OAuthClient = {
      ...{ clientId, account, integration: integration.name, secrets: [{ hash, createdAt }], trusts: [] },
      ...{ createdAt, createdBy: actor, version: 1, access: toAccess(integration, provisioner) },
    }
    const view = presentClient(client)
    trail.about('OAUTH_CLIENT', clientId, integration.name)
    const changes = changesBetween(undefined, toSettings(view))
    await trail.record({ status: 201, changes }, (event) => putNewOAuthClient(db, client, origin, event))
    return { ...view, clientSecret }
  })
}

/** How an integration's OAuth client proves who it is, and its last use. @throws {ScimError} 404 when it has none. */
export async function describeOAuth(context: AdminContext, name: string): Promise<UsedOAuthClient> {
  const { client } = await requireClient(context, name)
  const uses = await getUses(context.db, context.account)
  return { ...presentClient(client), ...presentUses(uses.filter(({ tokenId }) => tokenId === client.clientId)) }
}

/**
 * Changes the keys a client signs with and whom it trusts to sign for it. What is so already is no change.
 * @throws {ScimError} 404; 400 invalidValue.
 */
export async function changeOAuth(
  context: AdminContext,
  name: string,
  input: OAuthChange | Json,
): Promise<ChangedOAuth> {
  const change = parseInput(oauthChange, input)
  if (change.keys && change.jwksUri) throw invalidValue('Cannot use keys and jwksUri together: give one of them')
  return write(context, name, (before) => {
    const keys = toKeys(change, before.keys)
    const { keys: _, ...rest } = before
    return { ...rest, ...(keys && { keys }), trusts: toTrusts(change, before.trusts) }
  })
}

function toKeys({ keys, jwksUri }: ReturnType<typeof oauthChange.parse>, before: KeySource | undefined) {
  if (keys) return { keys }
  if (jwksUri) return { jwksUri }
  const held = before && ('keys' in before ? keys : jwksUri)
  return held === null ? undefined : before
}

function toTrusts({ trusts }: ReturnType<typeof oauthChange.parse>, before: readonly Trust[]): readonly Trust[] {
  if (!trusts) return before
  const { add, remove } = trusts
  const absent = remove.find((gone) => !before.some((held) => isSame(held, gone)))
  if (absent)
    throw invalidValue(`Cannot remove the trust in ${quote(absent.issuer)} and ${quote(absent.subject)}: there is none`)
  const kept = before.filter((held) => ![...add, ...remove].some((other) => isSame(held, other)))
  const after = [...kept, ...add]
  if (after.length <= MAX_TRUSTS) return after
  throw invalidValue(`Cannot trust ${after.length} issuers and subjects: at most ${MAX_TRUSTS} for one client`)
}

type Who = Pick<Trust, 'issuer' | 'subject'>
const isSame = (one: Who, other: Who): boolean => one.issuer === other.issuer && one.subject === other.subject

/**
 * Makes a new secret; the old one works on for the overlap, and one that was ending already ends now.
 * @throws {ScimError} 404; 400 invalidValue.
 */
export async function rotateSecret(context: AdminContext, name: string, input: Json): Promise<NewSecret> {
  const { overlap } = parseInput(rotateInput, input)
  const createdAt = context.now.getTime()
  let made: NewToken | undefined
  const { changes: _, ...view } = await write(context, name, (before) => {
    made = newToken(before.clientId)
    const [last] = before.secrets
    // After a failover the last one may have an end already.
    const endsAt = Math.min(last?.endsAt ?? Number.POSITIVE_INFINITY, createdAt + overlap)
    const old = last ? [{ ...last, endsAt }] : []
    return { ...before, secrets: [{ hash: made.secretHash, createdAt }, ...old] }
  })
  return { ...view, clientSecret: made?.token ?? '' }
}

/** Takes the client away: its secrets, its trusts, and all its access tokens. @returns what it was. @throws {ScimError} 404. */
export async function disableOAuth(context: AdminContext, name: string): Promise<OAuthClientView> {
  const { db, now, trail } = context
  return retryLostRaces(async () => {
    const { client, integration } = await requireClient(context, name)
    const view = presentClient(client)
    const changes = changesBetween(toSettings(view), undefined)
    await trail.record({ status: 200, changes }, (event) => deleteOAuthClient(db, integration, now, event))
    return view
  })
}

/** Reads, changes and writes a client until nobody comes between. */
function write(
  context: AdminContext,
  name: string,
  change: (before: OAuthClient) => OAuthClient,
): Promise<ChangedOAuth> {
  const { db, trail } = context
  return retryLostRaces(async () => {
    const { client: before } = await requireClient(context, name)
    const after = { ...change(before), version: before.version + 1 }
    const view = presentClient(after)
    const changes = changesBetween(toSettings(presentClient(before)), toSettings(view))
    if (changes.length === 0) return { ...view, changes }
    await trail.record({ status: 200, changes }, (event) => putOAuthClientChange(db, after, event))
    return { ...view, changes }
  })
}

async function requireClient(
  context: AdminContext,
  name: string,
): Promise<{ client: OAuthClient; integration: Integration }> {
  const { integration } = await requireIntegration(context, name)
  const { oauthClient } = integration
  const client = oauthClient === undefined ? undefined : await getOAuthClient(context.db, oauthClient)
  if (!client) {
    throw notFound(
      `Integration "${integration.name}" has no OAuth client: make one with "${commandFor(context.account, `integration oauth enable ${integration.name}`)}"`,
    )
  }
  context.trail.about('OAUTH_CLIENT', client.clientId, integration.name)
  return { client, integration }
}

function presentClient({
  clientId,
  integration,
  secrets,
  keys,
  trusts,
  createdAt,
  createdBy,
}: OAuthClient): OAuthClientView {
  const instant = (ms: number) => new Date(ms).toISOString()
  return {
    ...{ clientId, integration },
    secrets: secrets.map(({ createdAt: made, endsAt }) => ({
      createdAt: instant(made),
      ...(endsAt !== undefined && { endsAt: instant(endsAt) }),
    })),
    ...keys,
    ...{ trusts, createdAt: instant(createdAt), createdBy },
  }
}

const toSettings = ({ createdAt: _at, createdBy: _by, ...settings }: OAuthClientView): Attributes =>
  settings as unknown as Attributes

const hasClient = ({ name, oauthClient }: Integration) =>
  new ScimError(
    409,
    undefined,
    `Integration "${name}" has the OAuth client ${oauthClient} already: rotate its secret, or disable it first`,
  )
