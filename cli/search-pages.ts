import type { NearName } from '../shared/resources/views/near-name.ts'
import type { Session } from './command.ts'
import type { Resource } from './resource-pages.ts'

/** What users and roles are looked for by. */
export interface SearchWords {
  search?: string | undefined
  owner?: string | undefined
  /** Switches and an option of users: roles have none of the three. */
  active?: unknown
  disabled?: unknown
  role?: unknown
}

/** Whether a list is asked for in these words. */
export const isSearched = ({ search, active, disabled, owner, role }: SearchWords): boolean =>
  active === true || disabled === true || [search, owner, role].some((word) => word !== undefined)

interface SearchPage {
  Resources: Resource[]
  totalResults?: number
  next?: string
  looked?: { at: number; of?: number }
  near?: NearName[]
}

const MAX_PAGE = 1000

/** Page after page of what is looked for, in the order of names; where few match, with how far the service has come. */
export async function* searchPages(
  { api, terminal }: Session,
  collection: 'users' | 'roles',
  { search, active, disabled, owner, role, limit }: SearchWords & { limit: number },
  onTotal: (count: number | undefined) => void,
  onCut: () => void,
  onNear: (near: readonly NearName[]) => void,
): AsyncGenerator<Resource[]> {
  const state = active || disabled ? { active: String(active === true) } : {}
  const words = { q: search, ...state, owner, ...(typeof role === 'string' && { role }) }
  let cursor: string | undefined
  let left = limit
  do {
    const query = { ...words, limit: Math.min(MAX_PAGE, left), cursor }
    const page: SearchPage = await api.call({ path: ['admin', collection], query })
    // The first answer knows the total, if any does.
    if (cursor === undefined) onTotal(page.totalResults)
    onNear(page.near ?? [])
    yield page.Resources
    left -= page.Resources.length
    cursor = page.next
    const { at, of } = page.looked ?? {}
    if (at !== undefined) terminal.progress(`Looked at ${at}${of === undefined ? '' : ` of ${of}`}`)
  } while (cursor !== undefined && left > 0)
  if (cursor !== undefined) onCut()
}
