import { placeNow } from './place.ts'

/** The account that the address names; undefined for the one that is meant without a name. */
export const accountNow = (): string | undefined => placeNow().query.get('account') ?? undefined

/** An address within the account that is shown: `addressOf(['users', id])`. Segments may be any text. */
export function addressOf(segments: readonly string[], query = new URLSearchParams(), account = accountNow()): string {
  const all = new URLSearchParams(account === undefined ? {} : { account })
  for (const [name, value] of query) all.append(name, value)
  const search = all.toString()
  return `/${segments.map(encodeURIComponent).join('/')}${search && `?${search}`}`
}
