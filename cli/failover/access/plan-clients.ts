import type { Change } from '../../../shared/audit/rest-event.ts'
import type { KeySource, Trust } from '../../../shared/auth/oauth/trust.ts'
import { NOBODY } from '../../../shared/resources/undo/commit-back.ts'
import { describe } from '../../../shared/resources/undo/describe.ts'
import type { ClientSecret, OAuthClient } from '../../../shared/store/oauth-clients.ts'
import { putClientAction } from '../../../shared/store/oauth-clients.ts'
import { revokedActions } from '../../../shared/store/revoked.ts'
import { deleteClientAction } from '../../../shared/store/token-record.ts'
import { isRepair } from '../history.ts'
import type { Planning } from './plan.ts'
import { endsAll } from './plan-tokens.ts'
import { behindOf, closesWithout, droppedBy, type Settings } from './wanted.ts'

const OF_CLIENT = { keys: null, jwksUri: null, trusts: closesWithout } satisfies Settings
const OAUTH_CLIENT = 'OAUTH_CLIENT'

/** OAuth clients: whatever took one away, or a secret of it, does; of keys and trusts the newest epoch decides. */
export function planClients(planning: Planning): void {
  const { access } = planning
  for (const client of [...access.clients.values()]) if (!planEnd(planning, client)) planClient(planning, client)
  for (const integration of access.integrations.values()) {
    const own = [...access.clients.values()].filter((one) => one.integration === integration.name)
    const place = ({ clientId }: OAuthClient) => planning.historyOf(OAUTH_CLIENT, clientId).at(0)?.epoch ?? -1
    const [last, ...others] = own.sort((a, b) => place(b) - place(a) || b.createdAt - a.createdAt)
    for (const other of others) end(planning, other, `its integration has the client ${last?.clientId}`)
  }
}

function planEnd(planning: Planning, client: OAuthClient): boolean {
  const { clientId, integration, createdAt } = client
  const all = planning.historyOf('INTEGRATION', integration).map(({ event }) => event)
  const cause =
    droppedBy(planning.historyOf(OAUTH_CLIENT, clientId), 'clientId') ?? all.find((event) => endsAll(event, createdAt))
  if (!cause) return false
  end(planning, client, `it was taken away at ${cause.time}`, cause)
  return true
}

function end(
  { account, now, access, found }: Planning,
  { clientId, integration }: OAuthClient,
  says: string,
  cause?: ReturnType<typeof droppedBy>,
): void {
  access.clients.delete(clientId)
  found.push({
    ...{ type: OAUTH_CLIENT, id: clientId, name: integration, what: 'shut out', says, cause },
    changes: [{ attribute: 'clientId', before: clientId }],
    actions: { client: deleteClientAction(clientId), ...revokedActions(account, [clientId], now.getTime()) },
  })
}

function planClient({ access, found, historyOf }: Planning, before: OAuthClient): void {
  const { clientId, integration, keys, trusts } = before
  const history = historyOf(OAUTH_CLIENT, clientId)
  const behind = behindOf(history, OF_CLIENT, { ...keys, trusts })
  // A repair makes no secret.
  const own = history.filter((told) => !isRepair(told))
  const secrets = secretsOf(
    before,
    own.map(({ event }) => event.changes ?? []),
  )
  const changes = [...behind.changes, ...secrets.changes]
  const about = { type: OAUTH_CLIENT, id: clientId, name: integration }
  if (secrets.absent) {
    const says = `its secret of ${secrets.absent} is in no history: make another one, with rolecall integration oauth rotate ${integration}`
    found.push({ ...about, what: 'left', says, cause: undefined, changes: [], actions: {} })
  }
  if (changes.length === 0) return
  const held = Object.fromEntries(behind.changes.map(({ attribute, after }) => [attribute, after]))
  const { keys: _, ...rest } = before
  const source = keysOf({ ...keys, ...held })
  const after: OAuthClient = {
    ...rest,
    ...(source && { keys: source }),
    ...{
      trusts: (held.trusts as readonly Trust[] | undefined) ?? trusts,
      secrets: secrets.after,
      version: before.version + 1,
    },
  }
  access.clients.set(clientId, after)
  found.push({
    ...{ ...about, changes, cause: behind.event ?? history.at(-1)?.event },
    what: behind.isClosing || secrets.changes.length > 0 ? 'shut out' : 'applied again',
    says: describe(changes, NOBODY.delta),
    actions: { client: putClientAction(after) },
  })
}

function keysOf({ keys, jwksUri }: Record<string, unknown>): KeySource | undefined {
  if (Array.isArray(keys)) return { keys }
  return typeof jwksUri === 'string' ? { jwksUri } : undefined
}

interface Shown {
  createdAt: string
  endsAt?: string
}

/** Secrets that went, or were given an end, in any epoch; and the one that the last change made, where it is not there. */
function secretsOf({ secrets }: OAuthClient, history: readonly Change[][]) {
  const told = history.flatMap((changes) => changes.filter(({ attribute }) => attribute === 'secrets'))
  const listOf = (side: unknown) => (Array.isArray(side) ? (side as Shown[]) : [])
  const has = (side: unknown, at: string) => listOf(side).some(({ createdAt }) => createdAt === at)
  const iso = ({ createdAt }: ClientSecret) => new Date(createdAt).toISOString()
  const isGone = (at: string) => told.some(({ before, after }) => has(before, at) && !has(after, at))
  const endOf = (secret: ClientSecret) => {
    const ends = told.flatMap(({ after }) => listOf(after).filter((one) => one.createdAt === iso(secret)))
    const all = [secret.endsAt, ...ends.map(({ endsAt }) => (endsAt === undefined ? undefined : Date.parse(endsAt)))]
    const known = all.filter((at) => at !== undefined)
    return known.length === 0 ? undefined : Math.min(...known)
  }
  const after = secrets
    .filter((secret) => !isGone(iso(secret)))
    .map(({ endsAt: _, ...secret }): ClientSecret => {
      const endsAt = endOf({ ...secret, endsAt: _ })
      return { ...secret, ...(endsAt !== undefined && { endsAt }) }
    })
  const shown = (all: readonly ClientSecret[]) =>
    all.map((one) => ({
      createdAt: iso(one),
      ...(one.endsAt !== undefined && { endsAt: new Date(one.endsAt).toISOString() }),
    }))
  const [was, is] = [shown(secrets), shown(after)]
  const newest = listOf(told.at(-1)?.after).find(({ endsAt }) => endsAt === undefined)
  return {
    after,
    changes: JSON.stringify(was) === JSON.stringify(is) ? [] : [{ attribute: 'secrets', before: was, after: is }],
    absent: newest && !has(was, newest.createdAt) ? newest.createdAt : undefined,
  }
}
