import type { ComponentChildren } from 'preact'
import { useSession } from '../data/session.tsx'
import { useApi } from '../data/use-api.ts'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { accountNow } from '../router/address.ts'
import { useFirstNeeds } from './needs.ts'
import { Page } from './page.tsx'

/** Pages of an account that is there; of one that the address names and nobody has, what there is instead. */
export function AccountGate({ children }: { children: ComponentChildren }) {
  const account = accountNow()
  const session = useSession()
  const isListed = account === undefined || session?.accounts.includes(account) === true
  // Whoever may not list the accounts may have another all the same: only that it is not there is held against it.
  const { data, error } = useApi(session && !isListed ? ['admin', 'accounts', account] : undefined)
  const isMissing = error?.status === 404 || error?.status === 400
  const isThere = isListed || (!isMissing && (data !== undefined || error !== undefined))
  useFirstNeeds(isThere)
  if (isThere) return <>{children}</>
  if (!isMissing) return <Skeleton />
  return (
    <Page title="Nothing is here">
      <Problem title="The account could not be found" error={error}>
        <a class="button small" href="/">
          To the account default
        </a>
      </Problem>
    </Page>
  )
}
