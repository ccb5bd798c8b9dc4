import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { ListedToken } from '../../../shared/resources/views/token.ts'
import { Tag } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { liveOf } from './state.ts'
import { IssueAction, RenameTokenAction, RevokeTokenAction, RotateAction } from './token-actions.tsx'
import { TokenBar } from './token-bar.tsx'

interface TokensCardProps {
  view: IntegrationView
  tokens: readonly ListedToken[]
  onDone: () => void
}

/** The tokens that live, each with its actions, and below them those that ended. */
export function TokensCard({ view: { name, oauthClient }, tokens, onDone }: TokensCardProps) {
  const live = liveOf(tokens, name).toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  const ended = tokens.filter(({ integration, status }) => integration === name && status !== 'live')
  return (
    <section class="history" aria-label="Tokens">
      <div class="history-head">
        <h2>Tokens</h2>
        <IssueAction integration={name} onDone={onDone} />
      </div>
      <div class="card">
        {live.map((token) => (
          <div key={token.tokenId} class="token-row">
            <TokenBar token={token} all={tokens} />
            <div class="actions">
              <RotateAction token={token} class="button quiet small" onDone={onDone} />
              <RenameTokenAction token={token} onDone={onDone} />
              <RevokeTokenAction token={token} onDone={onDone} />
            </div>
          </div>
        ))}
        {live.length === 0 ? (
          <p class="meta pad">No live token{oauthClient ? '; it has an OAuth client' : ''}</p>
        ) : null}
        {ended.length > 0 ? (
          <details class="ended">
            <summary>{ended.length === 1 ? '1 token that ended' : `${ended.length} tokens that ended`}</summary>
            <ul class="lines">
              {ended.map(({ tokenId, name: called, status, expiresAt, revokedAt }) => (
                <li key={tokenId}>
                  <Value text={called} max={40} /> <Tag>{status}</Tag>{' '}
                  <span class="meta">
                    <Time at={revokedAt ?? expiresAt} form="short" />
                  </span>
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </div>
    </section>
  )
}
