import { ScimError } from '../../scim/error.ts'
import type { Db } from '../client.ts'
import { type Fence, getFence } from './fence.ts'
import type { Region } from './region.ts'

/** Until clients come to another region, whose name their resolvers learn within a minute. */
const ELSEWHERE_SECONDS = 30
const HANDED_OVER_SECONDS = 5

/** 503: this region takes no changes of the account, or not until its fence is whole; none was made. */
export class Fenced extends ScimError {
  readonly fence: Fence

  constructor(fence: Fence, own: string) {
    const { primary, draining, to } = fence
    const why =
      primary === undefined
        ? `The account is handed over from ${draining} to ${to}: no region takes changes until it is`
        : primary === own
          ? `The account is moved just now: ${own} takes no changes until its fence is whole`
          : `The primary region of the account is ${primary}; ${own} only answers what changes nothing`
    const seconds = primary === undefined || primary === own ? HANDED_OVER_SECONDS : ELSEWHERE_SECONDS
    super(503, undefined, `${why}; nothing was changed, retry after the seconds named in Retry-After`, {
      headers: { 'retry-after': String(seconds) },
    })
    this.fence = fence
  }
}

/** Whether this region may change an account, or let its worker end what is queued. */
export const isOpen = ({ region, role }: Db, { primary, draining }: Fence): boolean =>
  primary === region?.own || (role === 'worker' && draining === region?.own)

/** The fence of an account, read anew. @throws {Fenced} where this region takes no changes of it. 1 read unit. */
export async function requireOpen(db: Db, region: Region, account: string): Promise<Fence> {
  const fence = region.heard(account, await getFence(db, account, region.home))
  if (isOpen(db, fence)) return fence
  throw new Fenced(fence, region.own)
}

/** As {@link requireOpen}; no read where the deployment has one region, or, if `lately` will do, where the process has heard that it may. */
export async function refuseFenced(db: Db, account: string, lately = false): Promise<void> {
  const { region } = db
  const known = lately ? region?.known(account) : undefined
  if (region && !(known && isOpen(db, known))) await requireOpen(db, region, account)
}

/** Whether it would pass. 1 read unit. */
export async function mayChange(db: Db, account: string): Promise<boolean> {
  const { region } = db
  return !region || isOpen(db, region.heard(account, await getFence(db, account, region.home)))
}
