import type { ListedToken } from '../../shared/resources/token-view.ts'
import type { Api } from '../api.ts'

/** Where the tokens of an integration are. */
export const tokensPath = (integration: string | undefined): string[] => [
  ...['admin', 'integrations', integration ?? '', 'tokens'],
]

/** The tokens of an integration, or of all there are. */
export async function fetchTokens(api: Api, integration: string | undefined): Promise<ListedToken[]> {
  const path = integration === undefined ? ['admin', 'tokens'] : tokensPath(integration)
  return (await api.call<{ tokens: ListedToken[] }>({ path })).tokens
}
