import { listPages, type Page } from '../shared/drift/pages.ts'
import type { Api } from './api.ts'

/** A SCIM resource as administrators see it. */
export type Resource = Record<string, unknown>

/** Which resources of the account, and how many at once. */
export interface ResourceQuestion {
  /** Path below `/admin` */
  collection: 'users' | 'roles'
  excludedAttributes?: string | undefined
  filter?: string | undefined
  limit?: number
  page?: number
  signal?: AbortSignal
}

/** Page after page of users or roles. */
export async function* listResourcePages(
  api: Api,
  { collection, limit, page: most, signal, ...query }: ResourceQuestion,
  onTotal: (count: number) => void = () => {},
): AsyncGenerator<Resource[]> {
  const ask = (place: object) =>
    api.call<Page>({ path: ['admin', collection], query: { ...query, ...place }, ...(signal && { signal }) })
  const size = { ...(limit !== undefined && { limit }), ...(most !== undefined && { page: most }) }
  for await (const { totalResults, Resources } of listPages(ask, size)) {
    onTotal(totalResults)
    yield Resources
  }
}

/** What stands at a path of a resource, as text. */
export const textAt = (resource: unknown, ...path: string[]): string | undefined => {
  const value = path.reduce<unknown>((held, name) => (held as Resource | undefined)?.[name], resource)
  return value === undefined || value === null ? undefined : String(value)
}

/** The primary address, or else the first. */
export function emailOf({ emails }: Resource): string | undefined {
  const list = Array.isArray(emails) ? (emails as Resource[]) : []
  return textAt(list.find(({ primary }) => primary === true) ?? list[0], 'value')
}
