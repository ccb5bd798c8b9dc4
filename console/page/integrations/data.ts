import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { ListedToken } from '../../../shared/resources/views/token.ts'
import type { ApiError } from '../data/api.ts'
import { useOwners } from '../data/owners.ts'
import { useApi } from '../data/use-api.ts'

/** What the pages of integrations know of all of them. */
export interface Integrations {
  integrations: readonly IntegrationView[] | undefined
  tokens: readonly ListedToken[]
  /** Users that a role owns. */
  ownedBy: (role: string) => number
  error: ApiError | undefined
  age: number | undefined
  again: () => void
}

/** The integrations of the account with their tokens, and how much their roles own. */
export function useIntegrationsData(): Integrations {
  const all = useApi<{ integrations: IntegrationView[] }>(['admin', 'integrations'])
  const tokens = useApi<{ tokens: ListedToken[] }>(['admin', 'tokens'])
  const owners = useOwners()
  const again = () => {
    all.again()
    tokens.again()
  }
  return {
    integrations: all.data?.integrations,
    tokens: tokens.data?.tokens ?? [],
    ownedBy: (role) => owners.find((owner) => owner.role === role)?.users ?? 0,
    error: all.error ?? tokens.error,
    age: all.age,
    again,
  }
}
