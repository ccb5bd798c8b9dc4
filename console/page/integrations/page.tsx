import { useEffect, useState } from 'preact/hooks'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import { useMayWrite } from '../data/session.tsx'
import { setNeeds } from '../frame/needs.ts'
import { Page } from '../frame/page.tsx'
import { Empty } from '../parts/empty.tsx'
import { Filter } from '../parts/filter-bar.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { oneOf } from '../router/schema.ts'
import { useQuery } from '../router/use-query.ts'
import { AddIntegration } from './add-integration.tsx'
import { type Integrations, useIntegrationsData } from './data.ts'
import { IntegrationCard } from './integration-card.tsx'
import { headingOf, kindName } from './kinds.ts'
import { needsSomebody, stateOf } from './state.ts'
import { useShare } from './use-share.ts'

const KINDS = ['OKTA', 'AZURE', 'GENERIC'] as const
const INTEGRATIONS = { kind: oneOf(['', ...KINDS], '') }

/** Every integration: how it does, its tokens, and what is due. */
export default function IntegrationsPage() {
  const { values, set } = useQuery(INTEGRATIONS)
  const data = useIntegrationsData()
  const { integrations, tokens, error, age, again } = data
  const mayWrite = useMayWrite()
  const shown = integrations?.filter(({ clientKind }) => values.kind === '' || clientKind === values.kind)
  const [now] = useState(Date.now)
  useEffect(() => {
    if (integrations === undefined) return
    setNeeds(
      '/integrations',
      integrations.filter((view) => needsSomebody(stateOf(view, tokens, undefined, now))).length,
    )
  }, [integrations, tokens])
  return (
    <Page
      title="Integrations"
      actions={
        <>
          <Filter
            label="Kind"
            choices={KINDS.map((kind) => ({ value: kind, label: kindName(kind) }))}
            value={values.kind}
            onChoose={(kind) => set({ kind: kind as '' })}
          />
          {mayWrite ? <AddIntegration onDone={again} /> : null}
        </>
      }
    >
      {error ? <Problem title="The integrations could not be read" error={error} again={again} age={age} /> : null}
      {shown === undefined && !error ? <Skeleton rows={6} /> : null}
      {shown?.length === 0 ? (
        <Empty title={values.kind ? `There is no integration of kind ${kindName(values.kind)}` : 'No integration yet'}>
          <p>An integration connects one identity provider: it has a role that owns what it creates, and tokens.</p>
        </Empty>
      ) : null}
      {shown && shown.length > 0 ? <Cards shown={shown} now={now} {...data} /> : null}
    </Page>
  )
}

/** The most urgent first; those that do as well as each other by name. */
function Cards({ shown, now, ...data }: Integrations & { shown: readonly IntegrationView[]; now: number }) {
  const { tokens } = data
  const urgencyOf = (view: IntegrationView) => stateOf(view, tokens, undefined, now).urgency
  const sorted = shown.toSorted((a, b) => urgencyOf(b) - urgencyOf(a) || (a.name < b.name ? -1 : 1))
  return (
    <div class="integrations">
      {sorted.map((view) => (
        <Card key={view.name} view={view} now={now} {...data} />
      ))}
    </div>
  )
}

function Card({
  view,
  now,
  integrations = [],
  tokens,
  ownedBy,
  again,
}: Integrations & { view: IntegrationView; now: number }) {
  const share = useShare(view.name)
  return (
    <IntegrationCard
      {...{ view, share, tokens }}
      heading={headingOf(view, integrations)}
      state={stateOf(view, tokens, share, now)}
      owned={ownedBy(view.role)}
      onDone={again}
    />
  )
}
