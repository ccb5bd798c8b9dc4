import { ScimError } from '../scim/error.ts'
import { getIntegrations, type Integration } from '../store/integrations.ts'
import type { AdminContext } from './admin-context.ts'
import { transferAllCommand } from './advice.ts'
import { countOwned } from './owned-counts.ts'
import { isNone, sayOwned } from './say-owned.ts'
import type { Holdings } from './views/integration.ts'

/**
 * What stays with its role when an integration ceases to run as it.
 * @param act What is refused, as an error begins.
 * @param otherwise What else may be done about it, as an error ends.
 * @throws {ScimError} 409 where no other integration could change those objects any more: says how many there are, and
 *   how they are handed over.
 */
export async function requireUnfrozen(
  { db, account }: Pick<AdminContext, 'db' | 'account'>,
  { name, role }: Integration,
  act: string,
  otherwise = '',
): Promise<Holdings> {
  const [owns, all] = await Promise.all([countOwned(db, account, role), getIntegrations(db, account)])
  const sharedWith = all.filter((other) => other.role === role && other.name !== name).map((other) => other.name)
  if (isNone(owns) || sharedWith.length > 0) return { owns, sharedWith }
  throw new ScimError(
    409,
    undefined,
    `Cannot ${act}: its role "${role}" owns ${sayOwned(owns)}, and no other integration runs as it, so that no identity provider could change them any more; hand them over first: ${transferAllCommand(account, role)}${otherwise}`,
  )
}
