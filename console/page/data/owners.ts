import { useApi } from './use-api.ts'

/** How much a role owns. */
export interface Owner {
  role: string
  users: number
  roles: number
}

const NOBODY: readonly Owner[] = []

/** Who owns anything in the account; nobody until it is known. */
export const useOwners = (): readonly Owner[] =>
  useApi<{ owners: Owner[] }>(['admin', 'ownership']).data?.owners ?? NOBODY
