import { useState } from 'preact/hooks'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { IssuedToken, ListedToken } from '../../../shared/resources/views/token.ts'
import { obstaclesOf } from '../../../shared/setup/base-url.ts'
import { type Field, fillSteps, type Guide, type GuideStep, PLACEHOLDERS } from '../../../shared/setup/guide.ts'
import { GUIDE_NAMES, GUIDES, type GuideName, guideOf } from '../../../shared/setup/guides.ts'
import { ApiError, ask } from '../data/api.ts'
import { useMayWrite, useSession } from '../data/session.tsx'
import { useApi } from '../data/use-api.ts'
import { Page } from '../frame/page.tsx'
import { Crumbs } from '../objects/object-head.tsx'
import type { PageProps } from '../pages.ts'
import { Copy } from '../parts/copy.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Tag } from '../parts/status.tsx'
import { Value } from '../parts/value.tsx'
import { tick } from './live-check.ts'
import { LiveCheck } from './live-check.tsx'
import { masked, Secret } from './secret.tsx'
import { stagesOf } from './stages.ts'
import { lastUseOf, liveOf } from './state.ts'
import { useArrivals } from './use-arrivals.ts'

/** What goes into which field of a provider's console, and beside it what already came. */
export default function SetupPage({ params: { name = '' } }: PageProps) {
  const integration = useApi<IntegrationView>(['admin', 'integrations', name])
  const tokens = useApi<{ tokens: ListedToken[] }>(['admin', 'integrations', name, 'tokens'])
  const crumbs = <Crumbs place="integrations" label="Integrations" name={name} />
  if (integration.error) {
    return (
      <Page title="Set-up" crumbs={crumbs}>
        <Problem title="The integration could not be read" error={integration.error} again={integration.again} />
      </Page>
    )
  }
  if (!integration.data || !tokens.data) {
    return (
      <Page title="Set-up" crumbs={crumbs}>
        <Skeleton rows={8} />
      </Page>
    )
  }
  return <SetUp view={integration.data} tokens={tokens.data.tokens} crumbs={crumbs} />
}

interface SetUpProps {
  view: IntegrationView
  tokens: readonly ListedToken[]
  crumbs: preact.JSX.Element
}

function SetUp({ view, tokens, crumbs }: SetUpProps) {
  const { name, role, privileges } = view
  const [chosen, setChosen] = useState<GuideName>()
  const [issued, setIssued] = useState<IssuedToken>()
  const rows = useArrivals(name)
  const ticks = tick({}, name, rows)
  const guide: Guide = chosen ? GUIDES[chosen] : guideOf(view)
  const serviceUrl = useSession()?.url ?? location.origin
  const baseUrl = `${serviceUrl}/scim/v2`
  const token = issued ? issued.token : undefined
  const values = { baseUrl, tokenEndpoint: `${serviceUrl}/oauth2/token`, ...(token && { token }) }
  const { paste, switchOn } = stagesOf(fillSteps(guide, 'token', values))
  const [live] = liveOf(tokens, name)
  const done = [issued !== undefined || live !== undefined, ticks.token !== undefined, ticks.user !== undefined]
  const current = done.indexOf(false) + 1
  return (
    <Page
      title={`Set up ${name} · Integrations`}
      crumbs={crumbs}
      heading={
        <>
          Set up <Value text={name} /> <Tag>{guide.title}</Tag>
        </>
      }
      sub={<p class="meta">{current === 0 ? 'Done' : `step ${current} of ${done.length}`}</p>}
      actions={
        <Menu
          label="Another provider"
          choices={GUIDE_NAMES.map((one) => ({ value: one, label: GUIDES[one].title }))}
          onChoose={(one) => setChosen(one as GuideName)}
        />
      }
    >
      <div class="card setup">
        <ol class="setup-steps">
          <Step number={1} isDone={done[0]} title={`Integration and token${done[0] ? ' made' : ''}`}>
            <p class="quiet">
              Runs as role <code>{role}</code>
              {privileges.length > 0 ? `: may ${privileges.join(', ')}.` : ', which may create nothing yet.'}
            </p>
            <TokenField name={name} issued={issued} live={live} onIssued={setIssued} />
          </Step>
          <Step number={2} isDone={done[1]} title={`Paste into ${guide.title}`}>
            <Parts steps={paste} token={token} />
          </Step>
          <Step number={3} isDone={done[2]} title="Test, switch on, and assign one person">
            <Parts steps={switchOn} token={token} />
          </Step>
        </ol>
        <LiveCheck
          integration={name}
          title={guide.title}
          ticks={ticks}
          rows={rows}
          wasUsed={lastUseOf(tokens, name) !== undefined}
        />
      </div>
      <div class="setup-more">
        {obstaclesOf({ text: baseUrl, kind: guide.kind }).map((obstacle) => (
          <p key={obstacle} class="note">
            <Icon name="warning" /> {obstacle}
          </p>
        ))}
        <h2>Often forgotten</h2>
        <ul class="links">
          {guide.forgotten.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
    </Page>
  )
}

interface StepProps {
  number: number
  isDone: boolean | undefined
  title: string
  children: preact.ComponentChildren
}

const Step = ({ number, isDone, title, children }: StepProps) => (
  <li class={isDone ? 'setup-step done' : 'setup-step'}>
    <span class="step-mark" aria-hidden="true">
      {isDone ? <Icon name="check" /> : number}
    </span>
    <div>
      <h2>
        {title}
        {isDone ? <span class="unseen"> (done)</span> : null}
      </h2>
      {children}
    </div>
  </li>
)

interface TokenFieldProps {
  name: string
  issued: IssuedToken | undefined
  live: ListedToken | undefined
  onIssued: (token: IssuedToken) => void
}

function TokenField({ name, issued, live, onIssued }: TokenFieldProps) {
  const mayWrite = useMayWrite()
  const [error, setError] = useState<ApiError>()
  const issue = () => {
    setError(undefined)
    ask<IssuedToken>({ method: 'POST', path: ['admin', 'integrations', name, 'tokens'], body: {} }).then(
      onIssued,
      (failure) => setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure))),
    )
  }
  if (issued) return <Secret secret={issued.token} expiresAt={issued.expiresAt} />
  return (
    <>
      {live ? <p class="quiet">It has a live token, which nobody can read again: make another if it is lost.</p> : null}
      {error ? <Problem title="No token was made" error={error} /> : null}
      {mayWrite ? (
        <button type="button" class={live ? 'button small' : 'button primary small'} onClick={issue}>
          <Icon name="key" />
          {live ? 'Make another token' : 'Make a token'}
        </button>
      ) : null}
    </>
  )
}

const Parts = ({ steps, token }: { steps: readonly GuideStep[]; token: string | undefined }) =>
  steps.map((step) => <Part key={step.go.join('>')} step={step} token={token} />)

/** One place in the provider's console, and what is done there. */
const Part = ({ step: { go, called, fields, note }, token }: { step: GuideStep; token: string | undefined }) => (
  <div class="setup-part">
    <h3>{go.join(' › ')}</h3>
    {called ? <p class="meta">Also called {called.join(', ')}</p> : null}
    {fields && fields.length > 0 ? (
      <dl class="fields">
        {fields.map((field) => (
          <FieldRow key={field.label} field={field} token={token} />
        ))}
      </dl>
    ) : null}
    {note ? <p class="quiet">{note}</p> : null}
  </div>
)

const FieldRow = ({ field, token }: { field: Field; token: string | undefined }) => {
  const { label, called, value, note } = field
  const isMissing = token === undefined && value.includes(PLACEHOLDERS.token)
  const isSecret = token !== undefined && value.includes(token)
  return (
    <div class="field">
      <dt>
        {label}
        {called ? <p class="meta">or {called.join(', ')}</p> : null}
      </dt>
      <dd>
        {isMissing ? `${value}: step 1 makes it` : <code>{isSecret ? masked(value) : value}</code>}
        {note ? <span class="meta">{note}</span> : null}
      </dd>
      <dd>{isMissing ? null : <Copy text={value}>Copy</Copy>}</dd>
    </div>
  )
}
