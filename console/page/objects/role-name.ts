import { useApi } from '../data/use-api.ts'

/** The name of a role by its id; the id while it is not known. */
export function useRoleName(id: string): string {
  const path = id === '' ? undefined : ['admin', 'roles', id]
  const { data } = useApi<{ displayName?: string }>(path, { attributes: 'displayName' })
  return data?.displayName ?? id
}
