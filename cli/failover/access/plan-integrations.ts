import { sameValue } from '../../../shared/audit/changes.ts'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { ownPolicyName } from '../../../shared/resources/spread-policy.ts'
import { moveRoleActions, releaseActions } from '../../../shared/store/integration-change.ts'
import {
  deleteIntegrationAction,
  type Integration,
  liveTokens,
  replaceIntegrationAction,
} from '../../../shared/store/integrations.ts'
import type { OAuthClient } from '../../../shared/store/oauth-clients.ts'
import { copyActions, type PolicyUse, toCopy } from '../../../shared/store/policy-use.ts'
import { checkProvisionerAction, type Provisioner, released } from '../../../shared/store/provisioners.ts'
import { type Ending, revokedActions } from '../../../shared/store/revoked.ts'
import type { TokenAccess, TokenRecord } from '../../../shared/store/token-record.ts'
import { oldestAccessToken, rewriteAccessActions, toAccess, toClientAccess } from '../../../shared/store/tokens.ts'
import type { Actions } from '../../../shared/store/transaction.ts'
import type { Told } from '../history.ts'
import { type Planning, toSetBack } from './plan.ts'
import { ownPolicyOf } from './plan-settings.ts'
import { behindOf, closesAs, closesLater, droppedBy, type Settings, sinceMade } from './wanted.ts'

const WORD = 'INTEGRATION'

const OF_INTEGRATION = {
  ...{ enabled: closesAs(false), rejectTokensIssuedBefore: closesLater, role: null, clientKind: null },
  ...{ syncPassword: null, unknownMembers: null, brake: null, userDefaults: null, localChanges: null },
  ...{ silentAfterDays: null, comment: null, endpointId: null },
} satisfies Settings

/** Integrations that were dropped and are there: they go, in whichever epoch it was. */
export function planDropped(planning: Planning): void {
  const { account, now, access, found, historyOf } = planning
  for (const integration of [...access.integrations.values()]) {
    const { name } = integration
    const dropped = droppedBy(historyOf(WORD, name), 'name')
    if (!dropped) continue
    const role = access.roles.get(integration.role)
    access.integrations.delete(name)
    if (role) access.roles.set(role.role, released(role, now))
    found.push({
      ...{
        type: WORD,
        id: name,
        name,
        what: 'shut out',
        says: `it was dropped at ${dropped.time}`,
        cause: dropped,
      },
      changes: [{ attribute: 'name', before: name }],
      actions: {
        integration: deleteIntegrationAction(integration),
        ...(role && releaseActions(account, role, undefined, now)),
      },
    })
  }
}

/** The settings of integrations, and that their tokens and clients carry what holds. */
export function planIntegrations(planning: Planning): void {
  for (const integration of [...planning.access.integrations.values()]) planIntegration(planning, integration)
}

function planIntegration(planning: Planning, before: Integration): void {
  const { account, now, access, found } = planning
  const { name } = before
  const history = sinceMade(planning.historyOf(WORD, name), 'name')
  const about = { type: WORD, id: name, name }
  const behind = behindOf(history, OF_INTEGRATION, heldOf(before))
  const settings = Object.fromEntries(behind.changes.map(({ attribute, after }) => [attribute, after]))
  const policy = policyOf(planning, history, before)
  const client = [...access.clients.values()].find((one) => one.integration === name)
  const tokens = [...access.tokens.values()].filter((one) => one.integration === name)
  const revokedBefore = accessTokensRevokedBefore(history, before, client)
  const wanted: Integration = {
    ...merged(before, settings),
    ...(policy && { networkPolicy: toCopy(policy) }),
    ...(access.account && { separateUserNames: access.account.separateUserNames }),
    tokens: liveOf(tokens, now),
    oauthClient: client ? client.clientId : undefined,
    ...(revokedBefore !== undefined && { accessTokensRevokedBefore: revokedBefore }),
  }
  const [from, to] = [access.roles.get(before.role), access.roles.get(wanted.role)]
  if (!to) {
    const says = `its role "${wanted.role}" is not there`
    found.push({ ...about, what: 'left', says, cause: behind.event, changes: [], actions: {} })
    return
  }
  const isSame = isSameIntegration(before, wanted, now)
  const late = lateCopies(wanted, to, { tokens: tokens.filter(({ tokenId }) => tokenId in wanted.tokens), client })
  if (isSame && late.length === 0) return
  const after = { ...wanted, version: before.version + 1 }
  access.integrations.set(name, after)
  const closed = closedBy(before, after, { behind: late, tokens, now })
  const isMoved = from !== undefined && wanted.role !== before.role
  const actions: Actions = {
    ...Object.assign({}, ...[...closed].map(([id, ending]) => revokedActions(account, [id], now.getTime(), ending))),
    integration: replaceIntegrationAction(after, before),
    ...(isMoved ? moveRoleActions(account, from, to, now) : { role: checkProvisionerAction(account, to) }),
    ...rewriteAccessActions(after, to, now),
    ...(policy && copyActions(after, policy, now)),
  }
  if (isMoved) {
    access.roles.set(from.role, released(from, now))
    access.roles.set(to.role, { ...to, version: to.version + 1 })
  }
  const row = toSetBack(about, behind, actions)
  const [ownBefore, ownAfter] = [ownPolicyName(before), ownPolicyName(after)]
  const also = ownBefore === ownAfter ? [] : [`network policy ${ownBefore ?? 'none'} → ${ownAfter ?? 'none'}`]
  if (!sameCopy(before, after) && also.length === 0) also.push('its network policy as that is now')
  if (row.says === '' && also.length === 0) also.push('it names its tokens and client, and they carry what it says')
  found.push({
    ...row,
    what: closed.size > 0 || behind.isClosing ? 'shut out' : behind.changes.length > 0 ? 'applied again' : 'mended',
    says: [row.says, ...also].filter((text) => text !== '').join('; '),
  })
}

const isoOrNone = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

/** Settings as events tell them. */
function heldOf(integration: Integration): Record<string, unknown> {
  const { localChanges = 'allow', rejectTokensIssuedBefore } = integration
  return { ...integration, localChanges, rejectTokensIssuedBefore: isoOrNone(rejectTokensIssuedBefore) }
}

function merged(before: Integration, settings: Readonly<Record<string, unknown>>): Integration {
  const { rejectTokensIssuedBefore: rejected, ...rest } = settings
  const at = typeof rejected === 'string' ? Date.parse(rejected) : undefined
  return { ...before, ...rest, ...('rejectTokensIssuedBefore' in settings && { rejectTokensIssuedBefore: at }) }
}

/** What decides for its callers; nothing where that is not known, or are lists of its own from before there were policies. */
function policyOf({ access }: Planning, history: readonly Told[], integration: Integration): PolicyUse | undefined {
  const { networkPolicy } = integration
  const isOwnList = networkPolicy !== undefined && !networkPolicy.name
  const own = ownPolicyOf(history, integration)
  if (isOwnList && own === undefined) return undefined
  const name = own ?? access.account?.networkPolicy
  const policy = name === undefined ? undefined : access.policies.get(name)
  if (name !== undefined && !policy) return undefined
  if (own === undefined) return { way: 'inherited', policy }
  if (!policy) return undefined
  if (ownPolicyName(integration) === own) return { way: 'held', policy }
  access.policies.set(own, { ...policy, version: policy.version + 1 })
  return { way: 'attached', policy }
}

const liveOf = (tokens: readonly TokenRecord[], now: Date): Record<string, number> =>
  Object.fromEntries(
    tokens
      .filter(({ revokedAt, expiresAt }) => revokedAt === undefined && expiresAt > now.getTime())
      .map(({ tokenId, expiresAt }) => [tokenId, expiresAt]),
  )

/** Before which instant all access tokens of its client were revoked: the last time counts. */
function accessTokensRevokedBefore(history: readonly Told[], before: Integration, client: OAuthClient | undefined) {
  const isAll = ({ changes = [] }: RestEvent) =>
    changes.some(({ attribute, after }) => attribute === 'accessTokensOf' && after === client?.clientId)
  const times = history.flatMap(({ event }) => (isAll(event) ? [Date.parse(event.time) + 1] : []))
  return times.length === 0 ? undefined : Math.max(...times, before.accessTokensRevokedBefore ?? 0)
}

/** Compared as they are stored: what is not set is not there. */
const asStored = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))
const isSamePlain = (one: unknown, other: unknown): boolean => sameValue(asStored(one), asStored(other))

const sameCopy = (one: Integration, other: Integration): boolean => isSamePlain(one.networkPolicy, other.networkPolicy)

function isSameIntegration(before: Integration, after: Integration, now: Date): boolean {
  const [one, other] = [before, after].map((all) => ({
    ...all,
    tokens: Object.fromEntries(liveTokens(all, now).map((id) => [id, all.tokens[id]])),
    separateUserNames: all.separateUserNames || undefined,
  }))
  return isSamePlain(one, other)
}

interface Holders {
  tokens: readonly TokenRecord[]
  client: OAuthClient | undefined
}

/** Tokens and the client whose copies are not what holds. */
function lateCopies(
  integration: Integration,
  role: Provisioner,
  { tokens, client }: Holders,
): { id: string; access: TokenAccess }[] {
  const access = toAccess(integration, role)
  const isLate = (held: TokenAccess, wanted: TokenAccess) => {
    const [one, other] = [held, wanted].map((all) => ({
      ...all,
      separateUserNames: all.separateUserNames || undefined,
    }))
    return !isSamePlain(one, other)
  }
  const ofClient = toClientAccess(integration, access)
  return [
    ...tokens
      .filter((token) => isLate(token.access, access))
      .map((token) => ({ id: token.tokenId, access: token.access })),
    ...(client && isLate(client.access, ofClient) ? [{ id: client.clientId, access: client.access }] : []),
  ]
}

interface Late {
  behind: readonly { id: string; access: TokenAccess }[]
  tokens: readonly TokenRecord[]
  now: Date
}

/** Whom the copies let in that were late, and the integration does not. */
function closedBy(before: Integration, after: Integration, { behind, tokens, now }: Late): Map<string, Ending> {
  const live = new Set(liveTokens(after, now))
  const isOn = (id: string) => before.enabled || behind.some((one) => one.id === id && one.access.enabled)
  const ids = [...live, ...(after.oauthClient ? [after.oauthClient] : [])]
  if (!after.enabled) return new Map(ids.filter(isOn).map((id) => [id, { reason: 'disabled' }]))
  const rejected = tokens.filter(
    ({ tokenId, createdAt, access }) =>
      live.has(tokenId) &&
      createdAt < (after.rejectTokensIssuedBefore ?? 0) &&
      createdAt >= (access.rejectTokensIssuedBefore ?? 0),
  )
  const closed = new Map<string, Ending>(rejected.map(({ tokenId }) => [tokenId, { reason: 'rejected' }]))
  const [was, is] = [before, after].map(oldestAccessToken)
  if (after.oauthClient && is !== undefined && is > (was ?? 0))
    closed.set(after.oauthClient, { reason: 'revoked', issuedBefore: is })
  return closed
}
