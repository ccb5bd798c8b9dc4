/** A page of a list, and where the next begins. */
export interface Page {
  totalResults: number
  nextCursor?: string
  Resources: Record<string, unknown>[]
}

const PAGE = 1000

/** Page after page by cursor: nobody is left out or shown twice while others come and go. */
export async function* listPages(
  ask: (place: { cursor: string; count: number }) => Promise<Page>,
  { limit = Number.POSITIVE_INFINITY, page: most = PAGE }: { limit?: number; page?: number } = {},
): AsyncGenerator<Page> {
  let cursor: string | undefined = ''
  for (let left = limit; cursor !== undefined && left > 0; ) {
    const page: Page = await ask({ cursor, count: Math.min(most, left) })
    yield page
    left -= page.Resources.length
    cursor = page.nextCursor
  }
}
