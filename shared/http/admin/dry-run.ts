import { invalidValue } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import { withDryRun } from '../../store/dry-run.ts'
import type { ApiRequest } from '../api-request.ts'
import type { AdminContext } from './handler.ts'

/** Whether `dryRun` is asked for: to answer what would be done, and do nothing. @throws {ScimError} 400 invalidValue. */
export function parseDryRun({ query: { dryRun = 'false' } }: Pick<ApiRequest, 'query'>): boolean {
  if (dryRun === 'true' || dryRun === 'false') return dryRun === 'true'
  throw invalidValue(`Cannot read dryRun ${quote(dryRun)}: expected true or false`)
}

/**
 * The context of a request, which may ask for a dry run: then the same is done over a table that only checks (decision
 * 0030). @throws {ScimError} 400 invalidValue.
 */
export function mayBeDry(request: Pick<ApiRequest, 'query'>, context: AdminContext): AdminContext {
  if (!parseDryRun(request)) return context
  context.trail.dryRun()
  return { ...context, db: withDryRun(context.db) }
}
