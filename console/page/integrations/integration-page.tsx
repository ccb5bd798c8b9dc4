import { useState } from 'preact/hooks'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import { useSession } from '../data/session.tsx'
import { Page } from '../frame/page.tsx'
import { Crumbs, Initials } from '../objects/object-head.tsx'
import type { PageProps } from '../pages.ts'
import { Command } from '../parts/command.tsx'
import { Empty } from '../parts/empty.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Tag } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { useQuery } from '../router/use-query.ts'
import { BrakeSection } from './brake-section.tsx'
import { type Integrations, useIntegrationsData } from './data.ts'
import { DropAction } from './drop-action.tsx'
import { INTEGRATION, IntegrationFeed } from './integration-feed.tsx'
import { headingOf, kindName } from './kinds.ts'
import { OAuthSection } from './oauth-section.tsx'
import { OwnedSection } from './owned-section.tsx'
import { PolicySection } from './policy-section.tsx'
import { SettingsCard } from './settings-card.tsx'
import { lastUseOf, stateOf } from './state.ts'
import { TokensCard } from './tokens-card.tsx'
import { useShares } from './use-share.ts'

/** One integration: its tokens, its settings, what it owns, and what it asked. */
export default function IntegrationPage({ params: { name = '' } }: PageProps) {
  const data = useIntegrationsData()
  const { integrations, error, age, again } = data
  const view = integrations?.find((one) => one.name === name.toUpperCase())
  if (view) return <Integration key={view.name} view={view} data={data} />
  return (
    <Page title="Integration" crumbs={<Crumbs place="integrations" label="Integrations" name={name} />}>
      {error ? <Problem title="The integration could not be read" error={error} again={again} age={age} /> : null}
      {!integrations && !error ? <Skeleton rows={10} /> : null}
      {integrations ? <Unknown name={name} integrations={integrations} /> : null}
    </Page>
  )
}

const Unknown = ({ name, integrations }: { name: string; integrations: readonly IntegrationView[] }) => (
  <Empty title="There is no such integration">
    <p>
      <Value text={name} max={60} /> is not among them:
    </p>
    <ul class="links">
      {integrations.map((one) => (
        <li key={one.name}>
          <a class="link" href={addressOf(['integrations', one.name])}>
            {one.name}
          </a>
        </li>
      ))}
    </ul>
  </Empty>
)

function Integration({ view, data }: { view: IntegrationView; data: Integrations }) {
  const { integrations = [], tokens, error, age, again } = data
  const { values, set } = useQuery(INTEGRATION)
  const [turn, setTurn] = useState(0)
  const [now] = useState(Date.now)
  const state = stateOf(view, tokens, useShares([view.name]).get(view.name), now)
  const heading = headingOf(view, integrations)
  const done = () => {
    again()
    setTurn((before) => before + 1)
  }
  return (
    <Page
      title={`${view.name} · Integrations`}
      schema={INTEGRATION}
      crumbs={<Crumbs place="integrations" label="Integrations" name={view.name} />}
      picture={<Initials text={heading} />}
      heading={
        <>
          <Value text={heading} max={40} /> <Tag tone={state.tone}>{state.word}</Tag>
        </>
      }
      sub={<p class="quiet">{[view.name, kindName(view.clientKind)].filter((text) => text !== heading).join(' · ')}</p>}
      actions={
        <>
          <a class="button" href={addressOf(['integrations', view.name, 'setup'])}>
            Set-up guide
          </a>
          <DropAction name={view.name} />
        </>
      }
    >
      {error ? <Problem title="The integration could not be read" error={error} again={again} age={age} /> : null}
      <div class="object-page">
        <div>
          <TokensCard view={view} tokens={tokens} onDone={done} />
          <SettingsCard view={view} onDone={done} />
          <IntegrationFeed name={view.name} values={values} set={set} turn={turn} />
        </div>
        <aside class="card side" aria-label="What it is and may do">
          <About view={view} last={lastUseOf(tokens, view.name)} />
          <OwnedSection role={view.role} onDone={done} />
          <BrakeSection view={view} onDone={done} />
          <PolicySection view={view} onDone={done} />
          <OAuthSection view={view} onDone={done} />
          <Command words={['integration', 'describe', view.name]} />
        </aside>
      </div>
    </Page>
  )
}

function About({ view, last }: { view: IntegrationView; last: string | undefined }) {
  const { privileges, endpointId, createdAt, createdBy } = view
  const base = `${useSession()?.url ?? ''}/scim/v2`
  return (
    <section>
      <h2>About</h2>
      <dl class="pairs">
        <div>
          <dt>Last request</dt>
          <dd>{last ? <Time at={last} form="short" /> : <span class="meta">none yet</span>}</dd>
        </div>
        <div>
          <dt>Its role may</dt>
          <dd>{privileges.join(', ') || <span class="meta">create nothing</span>}</dd>
        </div>
        <div>
          <dt>Base URL</dt>
          <dd>
            <Value text={base} max={30} />
          </dd>
        </div>
        <div>
          <dt>Its own</dt>
          <dd>
            <Value text={`${base}/${endpointId}`} max={30} />
          </dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <Time at={createdAt} form="short" /> by{' '}
            <Value text={createdBy.split(/[/:]/).at(-1) ?? createdBy} max={24} />
          </dd>
        </div>
      </dl>
    </section>
  )
}
