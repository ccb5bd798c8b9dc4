import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { ListedToken } from '../../../shared/resources/views/token.ts'
import { useMayWrite } from '../data/session.tsx'
import { Initials } from '../objects/object-head.tsx'
import { Tag } from '../parts/status.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { agoText } from './ago.ts'
import { subheadingOf } from './kinds.ts'
import { isHigh, isReplaced, lastUseOf, liveOf, type Share, SOON_DAYS, type State } from './state.ts'
import { RotateAction } from './token-actions.tsx'
import { TokenBar } from './token-bar.tsx'

/** What cards and rows show of an integration. */
export interface IntegrationCardProps {
  view: IntegrationView
  heading: string
  state: State
  share: Share | undefined
  owned: number
  tokens: readonly ListedToken[]
  onDone: () => void
}

/** Tokens that a card has room for. */
const SHOWN_TOKENS = 3

/** One integration: how it does, its tokens, and the one thing that is due. */
export function IntegrationCard(props: IntegrationCardProps) {
  const { view, heading, state, share, owned, tokens } = props
  const { name } = view
  const live = liveOf(tokens, name).toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  const last = lastUseOf(tokens, name)
  return (
    <article class="card integration" aria-labelledby={`integration-${name}`}>
      <header class="integration-head">
        <Initials text={heading} />
        <div class="clip">
          <h2 class="clip" id={`integration-${name}`}>
            <a href={addressOf(['integrations', name])}>
              <Value text={heading} max={24} />
            </a>
          </h2>
          <p class="meta clip">
            <Value text={subheadingOf(view, heading)} max={32} />
          </p>
        </div>
        <Tag tone={state.tone}>{state.word}</Tag>
      </header>
      <dl class="stats">
        <Stat label="last request" value={last ? agoText(last) : 'none yet'} />
        <Stat label="users owned" value={owned.toLocaleString('en-US')} />
        <Stat label="refused, 24 h" value={shareText(share)} isBad={isHigh(share)} />
      </dl>
      <div class="integration-tokens">
        {live.slice(0, SHOWN_TOKENS).map((token) => (
          <TokenBar key={token.tokenId} token={token} all={tokens} />
        ))}
        {live.length === 0 ? (
          <p class="meta">No live token{view.oauthClient ? '; it has an OAuth client' : ''}</p>
        ) : null}
        {live.length > SHOWN_TOKENS ? <p class="meta">and {live.length - SHOWN_TOKENS} more</p> : null}
      </div>
      <footer class="actions">
        <DueAction {...props} />
        {share && share.refused > 0 ? (
          <a
            class="button quiet small"
            href={addressOf([], new URLSearchParams({ integration: name, show: 'refused,failed' }))}
          >
            See the {share.refused === 1 ? 'refusal' : `${share.refused.toLocaleString('en-US')} refusals`}
          </a>
        ) : null}
      </footer>
    </article>
  )
}

/** The one thing that is due: a token that ends soon, or a set-up that nothing came of yet. */
export function DueAction({ view: { name }, tokens, onDone }: IntegrationCardProps) {
  const due = liveOf(tokens, name).find((token) => token.daysLeft <= SOON_DAYS && !isReplaced(token, tokens))
  if (due) return <RotateAction token={due} onDone={onDone} />
  return lastUseOf(tokens, name) === undefined ? <SetUpLink name={name} /> : null
}

function SetUpLink({ name }: { name: string }) {
  const mayWrite = useMayWrite()
  return (
    <a class="button small" href={addressOf(['integrations', name, 'setup'])}>
      {mayWrite ? 'Continue set-up' : 'Set-up guide'}
    </a>
  )
}

const Stat = ({ label, value, isBad = false }: { label: string; value: string; isBad?: boolean }) => (
  <div>
    <dd class={isBad ? 'bad' : undefined}>{value}</dd>
    <dt>{label}</dt>
  </div>
)

/** `3.1 %`; of nothing, nothing. */
export function shareText(share: Share | undefined): string {
  if (!share) return '–'
  if (share.requests === 0) return '0 %'
  const percent = (100 * share.refused) / share.requests
  return `${percent === 0 || percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`
}
