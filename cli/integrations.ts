import type { DescribedIntegration, IntegrationView } from '../shared/resources/views/integration.ts'
import type { ListedToken } from '../shared/resources/views/token.ts'
import type { Api } from './api.ts'

/** Where all integrations are. */
export const INTEGRATIONS_PATH = ['admin', 'integrations']

/** Where an integration is, and what it has. */
export const integrationPath = (name = '', ...below: ('tokens' | 'oauth' | 'rotate' | 'release')[]): string[] => [
  ...[...INTEGRATIONS_PATH, name, ...below],
]

/** Where tokens are, whichever integration has them. */
export const tokenPath = (tokenId: string, ...below: 'rotate'[]): string[] => ['admin', 'tokens', tokenId, ...below]

interface Asked {
  like?: string | undefined
  /** Ends the call early. */
  signal?: AbortSignal
}

/** The integrations of the account, or those whose name is like a pattern. */
export async function fetchIntegrations(api: Api, { like, ...more }: Asked = {}): Promise<IntegrationView[]> {
  const call = { path: INTEGRATIONS_PATH, query: { like }, ...more }
  return (await api.call<{ integrations: IntegrationView[] }>(call)).integrations
}

export const fetchIntegration = (api: Api, name: string): Promise<DescribedIntegration> =>
  api.call<DescribedIntegration>({ path: integrationPath(name) })

/** The tokens of an integration, or of all there are. */
export async function fetchTokens(
  api: Api,
  integration: string | undefined,
  more: Pick<Asked, 'signal'> = {},
): Promise<ListedToken[]> {
  const path = integration === undefined ? ['admin', 'tokens'] : integrationPath(integration, 'tokens')
  return (await api.call<{ tokens: ListedToken[] }>({ path, ...more })).tokens
}
