import { uniqueness } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { nameOf } from '../store/claims.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { LostRace, NameReserved, NameTaken } from '../store/resource-writes.ts'
import { reservedName, sees } from './access.ts'
import { adviseTransfer } from './advice.ts'
import type { ScimContext } from './context.ts'
import { retryLostRaces } from './retry-lost-races.ts'

/**
 * Runs a read-and-write until it wins its race: a change that lost to another one is read, checked and applied anew,
 * so that `If-Match` is 412 where the version has moved (RFC 7644 §3.14), and nowhere else.
 * @throws {ScimError} 429 when twenty attempts lost.
 */
export const untilWon = <T>(attempt: (n: number) => Promise<T>): Promise<T> =>
  retryLostRaces(attempt, (error) => error instanceof LostRace, 'resource')

/**
 * Says a taken name to the client; the same words whether or not it may see the object that holds it. Of one that it may
 * not see the event tells administrators whose it is. The name of a role is none to be had.
 */
export function toUniqueness(context: ScimContext, error: unknown, resource: StoredResource): unknown {
  if (error instanceof NameReserved) return reservedName(nameOf(resource))
  if (!(error instanceof NameTaken)) return error
  const { type } = resource
  const { attribute, holder } = error
  const taken = nameOf(resource, attribute)
  if (holder && !sees(context.principal, type, holder.owner)) adviseTransfer(context, { type, name: taken, ...holder })
  const name = quote(taken)
  return uniqueness(
    context.sayTaken?.(attribute, name, holder) ??
      `The ${attribute} ${name} is taken in this account: find its holder with a filter (${attribute} eq ${name}), or choose another; one of another role is not shown to you`,
  )
}
