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
import { IntegrationTable } from './integration-table.tsx'
import { headingOf, kindName } from './kinds.ts'
import { countNeedy, stateOf } from './state.ts'
import { useShares } from './use-share.ts'

const KINDS = ['OKTA', 'AZURE', 'GENERIC'] as const
const INTEGRATIONS = { kind: oneOf(['', ...KINDS], '') }

/** Every integration: how it does, its tokens, and what is due. */
export default function IntegrationsPage() {
  const { values, set } = useQuery(INTEGRATIONS)
  const data = useIntegrationsData()
  const { integrations, tokens, error, age, again } = data
  const mayWrite = useMayWrite()
  const shown = integrations?.filter(({ clientKind }) => values.kind === '' || clientKind === values.kind)
  const kinds = KINDS.filter((kind) => integrations?.some(({ clientKind }) => clientKind === kind))
  const [now] = useState(Date.now)
  useEffect(() => {
    if (integrations === undefined) return
    setNeeds('/integrations', countNeedy(integrations, tokens, now))
  }, [integrations, tokens])
  return (
    <Page
      title="Integrations"
      schema={INTEGRATIONS}
      actions={
        <>
          {(kinds.length > 1 && (integrations ?? []).length > MANY) || values.kind ? (
            <Filter
              label="Kind"
              choices={kinds.map((kind) => ({ value: kind, label: kindName(kind) }))}
              value={values.kind}
              onChoose={(kind) => set({ kind: kind as '' })}
            />
          ) : null}
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
      {shown && shown.length > 0 ? <Sorted shown={shown} now={now} {...data} /> : null}
    </Page>
  )
}

/** From how many on one looks for those of a kind, and from how many they stand in a table. */
const MANY = 4
const TABLE_FROM = 13

interface SortedProps extends Integrations {
  shown: readonly IntegrationView[]
  now: number
}

/** The most urgent first; those that do as well as each other by name. */
function Sorted({ shown, now, integrations = [], tokens, ownedBy, again }: SortedProps) {
  const shares = useShares(shown.map(({ name }) => name))
  const rows = shown
    .map((view) => {
      const share = shares.get(view.name)
      const state = stateOf(view, tokens, share, now)
      const heading = headingOf(view, integrations)
      return { view, share, state, heading, tokens, owned: ownedBy(view.role), onDone: again }
    })
    .toSorted((a, b) => b.state.urgency - a.state.urgency || (a.view.name < b.view.name ? -1 : 1))
  if (rows.length >= TABLE_FROM) return <IntegrationTable rows={rows} />
  return (
    <div class="integrations">
      {rows.map((row) => (
        <IntegrationCard key={row.view.name} {...row} />
      ))}
    </div>
  )
}
