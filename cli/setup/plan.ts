import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import type { Guide } from '../../shared/setup/guide.ts'
import type { Api } from '../api.ts'
import { Failure } from '../failure.ts'
import { fetchIntegrations, integrationPath } from '../integrations.ts'

/** What is asked for, beside the guide's own defaults. */
export interface Wanted {
  name: string
  role: string | undefined
  oauth: boolean
  /** Makes a further token, or secret, where there is one already. */
  isNewSecret: boolean
}

/** What is there, and what is still to be made. */
export interface Plan {
  integration: string
  role: string
  existing: IntegrationView | undefined
  isNewRole: boolean
  /** What proves who the provider is; `undefined` where it has one, and no other is asked for. */
  secret: 'token' | 'client' | 'client secret' | undefined
}

/** Looks at what is there, so that nothing is made twice. @throws {Failure} where it is for something else. */
export async function planSetup(api: Api, guide: Guide, wanted: Wanted): Promise<Plan> {
  const all = await orNothing(fetchIntegrations(api))
  const integrations = all ?? []
  const name = wanted.name.toUpperCase()
  const existing = integrations.find((one) => one.name === name)
  if (existing) refuseAnother(existing, guide, wanted)
  const role = existing?.role ?? wanted.role?.toUpperCase() ?? guide.role
  const isNewRole = !integrations.some((one) => one.role === role)
  return { integration: name, role, existing, isNewRole, secret: await planSecret(api, existing, wanted) }
}

function refuseAnother({ name, clientKind, role }: IntegrationView, { title, kind }: Guide, wanted: Wanted): void {
  if (clientKind !== kind) {
    throw new Failure(
      `Integration "${name}" is there and of kind ${clientKind}, not ${kind} as for ${title}: give another --name`,
    )
  }
  if (wanted.role && wanted.role.toUpperCase() !== role) {
    throw new Failure(`Integration "${name}" is there and runs as "${role}": leave --role out, or give another --name`)
  }
}

async function planSecret(
  api: Api,
  existing: IntegrationView | undefined,
  { oauth, isNewSecret }: Wanted,
): Promise<Plan['secret']> {
  if (!oauth) return isNewSecret || !existing?.liveTokens ? 'token' : undefined
  const client = existing && (await orNothing(api.call({ path: integrationPath(existing.name, 'oauth') })))
  if (!client) return 'client'
  return isNewSecret ? 'client secret' : undefined
}

/** What is asked for, or nothing where it is not there. */
export async function orNothing<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return undefined
    throw error
  }
}
