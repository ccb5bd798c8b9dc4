import { useEffect, useState } from 'preact/hooks'
import { knownBeside, useIntegrations } from '../data/known.ts'
import { useMayWrite } from '../data/session.tsx'
import { useApi } from '../data/use-api.ts'
import type { EventAnswer } from '../events/feed.ts'
import { AddIntegration } from '../integrations/add-integration.tsx'
import { headingOf } from '../integrations/kinds.ts'
import { Value } from '../parts/value.tsx'
import { accountNow, addressOf } from '../router/address.ts'
import { navigate } from '../router/place.ts'

const ANY_REQUEST = { type: 'SCIM', last: 'all', limit: 1, order: 'desc', allowEmpty: true, purpose: 'console' }

/** Where no identity provider ever asked anything: what to do first. It goes by itself once a request came. */
export function FirstSteps({ arrived }: { arrived: number }) {
  const integrations = useIntegrations()
  const mayWrite = useMayWrite()
  const isUnused = useIsUnused()
  const { data, again } = useApi<EventAnswer>(isUnused ? ['events'] : undefined, ANY_REQUEST)
  useEffect(() => {
    if (arrived > 0) again()
  }, [arrived])
  if (!integrations || !isUnused || data?.events.length !== 0) return null
  return (
    <section class="card first-steps" aria-label="First steps">
      <h2>Connect your identity provider</h2>
      <p class="quiet">
        None has asked anything yet. The set-up guide says what goes into which field, and ticks what arrives.
      </p>
      <div class="actions">
        {integrations.map((one) => (
          <a key={one.name} class="button" href={addressOf(['integrations', one.name, 'setup'])}>
            <span>
              Set up <Value text={headingOf(one, integrations)} max={32} />
            </span>
          </a>
        ))}
        {mayWrite && integrations.length === 0 ? (
          <AddIntegration onDone={() => navigate(addressOf(['integrations']))} />
        ) : null}
      </div>
    </section>
  )
}

/** Whether no token of the account was ever used, as far as is known. */
function useIsUnused(): boolean {
  const [isUnused, setUnused] = useState(false)
  const account = accountNow()
  useEffect(() => {
    void knownBeside()
      .tokens()
      .then((tokens) => setUnused(tokens.every(({ lastUsedAt }) => lastUsedAt === undefined)))
  }, [account])
  return isUnused
}
