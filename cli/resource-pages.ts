import type { Api } from './api.ts'

/** A SCIM resource as administrators see it, and a page of such. */
export type Resource = Record<string, unknown>
interface ResourcePage {
  totalResults: number
  nextCursor?: string
  Resources: Resource[]
}

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

const PAGE = 1000

/** Page after page by cursor: nobody is left out or shown twice while others come and go. */
export async function* listResourcePages(
  api: Api,
  { collection, limit = Number.POSITIVE_INFINITY, page: most = PAGE, signal, ...query }: ResourceQuestion,
  onTotal: (count: number) => void = () => {},
): AsyncGenerator<Resource[]> {
  let cursor: string | undefined = ''
  for (let left = limit; cursor !== undefined && left > 0; ) {
    const page: ResourcePage = await api.call({
      path: ['admin', collection],
      query: { ...query, cursor, count: Math.min(most, left) },
      ...(signal && { signal }),
    })
    onTotal(page.totalResults)
    yield page.Resources
    left -= page.Resources.length
    cursor = page.nextCursor
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
