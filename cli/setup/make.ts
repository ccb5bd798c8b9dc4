import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import type { NewSecret, OAuthClientView } from '../../shared/resources/views/oauth-client.ts'
import type { IssuedToken } from '../../shared/resources/views/token.ts'
import type { Guide, Placeholder } from '../../shared/setup/guide.ts'
import type { Api } from '../api.ts'
import { Failure } from '../failure.ts'
import { INTEGRATIONS_PATH, integrationPath } from '../integrations.ts'
import type { Plan, Wanted } from './plan.ts'

/** What came of it: what was made, in words, and what the guide is filled with. */
export interface Made {
  made: string[]
  /** Of the role, whoever made it. */
  privileges: readonly string[]
  values: Partial<Record<Placeholder, string>>
  /** The last moment of a new token. */
  expiresAt?: string
}

/** Makes what the plan says, each by its own ordinary route; interrupted, the next run makes the rest. */
export async function makePlanned(api: Api, { kind }: Guide, plan: Plan, { oauth }: Wanted): Promise<Made> {
  const made = toBeMade(plan)
  const body = { name: plan.integration, clientKind: kind, role: plan.role }
  const { privileges } =
    plan.existing ??
    (await api.call<IntegrationView>({ method: 'POST', path: INTEGRATIONS_PATH, body }).catch(explainRace(plan)))
  const values = { baseUrl: `${api.url}/scim/v2`, tokenEndpoint: `${api.url}/oauth2/token` }
  if (plan.secret === 'token') {
    const { token, expiresAt } = await api.call<IssuedToken>({
      method: 'POST',
      path: integrationPath(plan.integration, 'tokens'),
      body: {},
    })
    return { made, privileges, values: { ...values, token }, expiresAt }
  }
  if (!oauth)
    return { made, privileges, values: { ...values, token: 'the token it has already; --new-token makes another' } }
  const { clientId, clientSecret = 'the secret it has already; --new-token makes another' } = await toClient(api, plan)
  return { made, privileges, values: { ...values, clientId, clientSecret } }
}

const explainRace =
  ({ integration }: Plan) =>
  (error: unknown): never => {
    if (!(error instanceof Failure && error.status === 409)) throw error
    throw new Failure(`Integration "${integration}" was made by somebody else meanwhile: run this again`, {
      cause: error,
    })
  }

async function toClient(api: Api, { integration, secret }: Plan): Promise<OAuthClientView & Partial<NewSecret>> {
  const path = integrationPath(integration, 'oauth')
  if (secret === 'client') return api.call<NewSecret>({ method: 'POST', path })
  if (secret === undefined) return api.call<OAuthClientView>({ path })
  return api.call<NewSecret>({ method: 'POST', path: [...path, 'rotate'], body: {} })
}

/** What a plan makes, in words. */
export function toBeMade({ integration, role, existing, isNewRole, secret }: Plan): string[] {
  return [
    ...(existing || !isNewRole ? [] : [`role ${role}`]),
    ...(existing ? [] : [`integration ${integration}`]),
    ...(secret === undefined
      ? []
      : [{ token: 'a token', client: 'an OAuth client', 'client secret': 'a client secret' }[secret]]),
  ]
}
