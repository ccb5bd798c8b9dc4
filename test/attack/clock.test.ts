import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadGatewayModel } from '../../local/synthesis/gateway-model.ts'
import { AUTHORIZER_CACHE_SECONDS } from '../../shared/auth/authorizer-cache.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { createNetworkPolicy } from '../../shared/resources/network-policies.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import { KNOWN_MS } from '../../shared/store/revoked.ts'
import { seededRandom } from '../aws/random.ts'
import { adminContext } from '../factories/admin.ts'
import { withSystem } from '../factories/system.ts'
import { sendWhole } from './answer.ts'
import { everyCall, type TemplateCall } from './every-call.ts'

/** Lives of tokens that are played, and what happens in each; more of both is a campaign. */
const LIVES = 12
const STEPS = 30
const SEED = 20261127

const START = Date.parse('2026-08-31T10:00:00.000Z')
const CACHED_MS = AUTHORIZER_CACHE_SECONDS * 1000
const LIFE_MS = 400_000
const ADDRESSES = ['192.0.2.1', '198.51.100.1'] as const

const random = seededRandom(SEED)
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

let from: string = ADDRESSES[0]
beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
})
afterAll(() => {
  vi.useRealTimers()
})
const sourceIp = (_message: IncomingMessage) => from
const system = withSystem({ now: () => Date.now(), sourceIp })
const model = await loadGatewayModel()
const admin = () => adminContext(system.db, { now: new Date() })

/** What is true of a token from an instant on. */
interface State {
  at: number
  revoked: boolean
  enabled: boolean
  fenced: boolean
}
type Verdict = 'in' | 401 | 403

const refusalOf = ({ revoked, enabled }: Pick<State, 'revoked' | 'enabled'>): Verdict =>
  revoked ? 401 : enabled ? 'in' : 403

/** The states of which some instant of the last `ms` knows. */
const within = (states: readonly State[], ms: number): State[] =>
  states.filter(
    ({ at }, nth) => at <= Date.now() && (states[nth + 1]?.at ?? Number.POSITIVE_INFINITY) > Date.now() - ms,
  )

/**
 * What may be answered: the gateway knows what was true some time in the last minute, users and groups besides what was
 * true some time in the last two seconds; when a token ends by itself everybody knows.
 */
function mayBe(states: readonly State[], endsAt: number, isResource: boolean): Set<Verdict> {
  const byGateway = within(states, CACHED_MS).map((state): Verdict => {
    const refusal = refusalOf(state)
    return refusal === 'in' && state.fenced && from !== ADDRESSES[0] ? 403 : refusal
  })
  // It may also remember that it denied what has ended since.
  if (Date.now() >= endsAt) return new Set<Verdict>([401, ...byGateway.filter((verdict) => verdict === 403)])
  const late = isResource ? within(states, KNOWN_MS).map(refusalOf) : (['in'] as const)
  return new Set(byGateway.flatMap((verdict) => (verdict === 'in' ? late : [verdict])))
}

const DISCOVERY = /\/(Schemas|ResourceTypes|ServiceProviderConfig|Me|\{proxy\+\}|\{endpointId\})(\/|$)/

/** Whether what is described is kept in the table: discovery, and what is not there, ask it nothing. */
const isResource = ({ route }: TemplateCall) => !DISCOVERY.test(route.replace('/scim/v2/{endpointId}/', '/scim/v2/'))

async function verdictOf(token: string, call: TemplateCall): Promise<Verdict> {
  const body = ['POST', 'PUT', 'PATCH'].includes(call.method) ? '{}' : undefined
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  const { status } = await sendWhole({ method: call.method, url: system.adminUrl + call.path, headers, body })
  return status === 401 || status === 403 ? status : 'in'
}

describe('S4 S5 S6 F17 what the gateway remembers of a token', () => {
  test('lets nobody in who was shut out for longer than is promised, whatever was asked first', async () => {
    const elsewhere = await createIntegration(admin(), { name: 'ELSEWHERE', clientKind: 'GENERIC', role: 'ELSEWHERE' })
    await createNetworkPolicy(admin(), { name: 'ONE_ADDRESS', allowed: [ADDRESSES[0]] })
    const seen: Record<string, number> = {}
    for (let life = 0; life < LIVES; life++) {
      const name = `LIFE_${life}`
      const { endpointId } = await createIntegration(admin(), { name, clientKind: 'GENERIC', role: name })
      const { token, tokenId } = await issueToken(admin(), { integration: name, life: `${LIFE_MS / 1000}s` })
      const endsAt = Date.now() + LIFE_MS
      const calls = everyCall(model, () => ({ endpointId, id: 'nobody', name: 'none', account: 'none', role: 'none' }))
      const strange = everyCall(model, () => ({ endpointId: elsewhere.endpointId, id: 'nobody' }))
      const states: State[] = [{ at: Date.now(), revoked: false, enabled: true, fenced: false }]
      const become = (change: Partial<State>) =>
        void states.push({ ...(states.at(-1) as State), ...change, at: Date.now() })
      const acts: Record<string, () => Promise<unknown>> = {
        revoke: async () => {
          if (random() < 0.7) return
          await revokeToken(admin(), tokenId)
          become({ revoked: true })
        },
        switch: async () => {
          const enabled = !states.at(-1)?.enabled
          await changeIntegration(admin(), name, { enabled })
          become({ enabled })
        },
        fence: async () => {
          const fenced = !states.at(-1)?.fenced
          await changeIntegration(admin(), name, { networkPolicy: fenced ? 'ONE_ADDRESS' : null })
          become({ fenced })
        },
        move: async () => {
          from = pick(ADDRESSES)
        },
        wait: async () =>
          vi.setSystemTime(Date.now() + pick([1, 1000, KNOWN_MS - 1, KNOWN_MS, 20_000, CACHED_MS - 1, CACHED_MS])),
      }
      for (let step = 0; step < STEPS; step++) {
        if (states.at(-1)?.revoked && random() < 0.3) break
        await acts[pick(['wait', 'wait', 'wait', 'move', 'move', 'switch', 'fence', 'revoke'])]?.()
        const call = pick(random() < 0.2 ? strange : calls)
        const verdict = await verdictOf(token, call)
        const may = call.by === 'token' ? mayBe(states, endsAt, isResource(call)) : new Set<Verdict>(['in', 403])
        // No policy names what is no method of SCIM: to whoever is let in it is as forbidden.
        if (call.by === 'token' && ['HEAD', 'OPTIONS'].includes(call.method) && may.delete('in')) may.add(403)
        if (call.by === 'iam') may.delete('in')
        seen[`${call.by} ${verdict}`] = (seen[`${call.by} ${verdict}`] ?? 0) + 1
        const told = { life, step, call, verdict, from, now: Date.now() - START, endsAt: endsAt - START, states }
        expect(may.has(verdict) || { may: [...may], ...told }).toBe(true)
      }
    }
    expect([seen['token in'], seen['token 401'], seen['token 403']].map((count = 0) => count > 10)).toEqual([
      true,
      true,
      true,
    ])
    expect(seen['iam in']).toBeUndefined()
  })
})
