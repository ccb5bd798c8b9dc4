import type { OwnerRow } from '../../shared/resources/show-ownership.ts'
import type { Session } from '../command.ts'
import { Failure } from '../failure.ts'
import { fetchIntegration } from '../integrations.ts'

/**
 * The role whose export a file is, as it is asked for: by an integration that runs as it, or by its own name in any
 * letter case; undefined where nobody says. Of a role that is not there nothing would be missing.
 * @throws {Failure} naming those there are.
 */
export async function loadRoleAsked(
  { api }: Session,
  { integration, role }: { integration?: string | undefined; role?: string | undefined },
): Promise<string | undefined> {
  if (integration !== undefined) return (await fetchIntegration(api, integration)).role
  if (role === undefined) return undefined
  const { owners } = await api.call<{ owners: OwnerRow[] }>({ path: ['admin', 'ownership'] })
  const names = owners.map((owner) => owner.role)
  const found = names.find((name) => name === role.toUpperCase())
  if (found !== undefined) return found
  throw new Failure(
    `There is no role ${JSON.stringify(role)} in account ${JSON.stringify(api.account)}, only: ${names.join(', ')}`,
  )
}
