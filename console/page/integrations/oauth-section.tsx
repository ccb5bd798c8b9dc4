import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { UsedOAuthClient } from '../../../shared/resources/views/oauth-client.ts'
import { send } from '../data/api.ts'
import { useMayWrite } from '../data/session.tsx'
import { useApi } from '../data/use-api.ts'
import { Action } from '../parts/action.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { Secret } from './secret.tsx'

interface OAuthSectionProps {
  view: IntegrationView
  onDone: () => void
}

const secretOf = (body: unknown) => <Secret secret={(body as { clientSecret: string }).clientSecret} />

/** Its OAuth client, where it has one: how it proves who it is, and the changes that need no file. */
export function OAuthSection({ view: { name, oauthClient }, onDone }: OAuthSectionProps) {
  const path = ['admin', 'integrations', name, 'oauth']
  const mayWrite = useMayWrite()
  const { data, again } = useApi<UsedOAuthClient>(oauthClient ? path : undefined)
  const done = () => {
    again()
    onDone()
  }
  if (!oauthClient && !mayWrite) return null
  return (
    <section>
      <h2>OAuth client</h2>
      {oauthClient ? <Client id={oauthClient} client={data} /> : <p class="meta">None: it uses tokens</p>}
      <div class="actions">
        {oauthClient ? (
          <>
            <Action
              label="Rotate secret"
              class="button small"
              confirm={`Rotate the secret of ${name}`}
              words={['integration', 'oauth', 'rotate', name]}
              plan={async () => ({ count: 1, lines: ['A new secret; the old one goes on for 7 days at most'] })}
              carryOut={() => send({ method: 'POST', path: [...path, 'rotate'], body: {} })}
              result={secretOf}
              onDone={done}
            />
            <Action
              label="Disable"
              class="button quiet small"
              confirm={`Disable the OAuth client of ${name}`}
              words={['integration', 'oauth', 'disable', name]}
              plan={async () => ({
                ...{ count: 1, lines: ['Its secrets, keys, trusts and access tokens end'] },
                warning: data?.lastUsedAt ? 'It is in use: whoever has it is refused from then on.' : undefined,
              })}
              carryOut={() => send({ method: 'DELETE', path })}
              onDone={done}
            />
          </>
        ) : (
          <Action
            label="Enable"
            class="button small"
            confirm={`Make an OAuth client for ${name}`}
            words={['integration', 'oauth', 'enable', name]}
            plan={async () => ({ count: 1, lines: ['A client whose secret has no end and is shown once'] })}
            carryOut={() => send({ method: 'POST', path })}
            result={secretOf}
            onDone={done}
          />
        )}
      </div>
    </section>
  )
}

function Client({ id, client }: { id: string; client: UsedOAuthClient | undefined }) {
  const { secrets = [], keys = [], jwksUri, trusts = [], lastUsedAt } = client ?? {}
  return (
    <dl class="pairs">
      <div>
        <dt>Client id</dt>
        <dd>
          <code>
            <Value text={id} max={18} />
          </code>
        </dd>
      </div>
      {secrets.map(({ createdAt, endsAt }) => (
        <div key={createdAt}>
          <dt>Secret</dt>
          <dd>
            of <Time at={createdAt} form="short" />
            {endsAt ? (
              <>
                , ends <Time at={endsAt} form="short" />
              </>
            ) : null}
          </dd>
        </div>
      ))}
      {keys.length > 0 ? <Fact name="Keys" text={String(keys.length)} /> : null}
      {jwksUri ? <Fact name="Keys from" text={jwksUri} /> : null}
      {trusts.map(({ issuer, subject }) => (
        <Fact key={`${issuer} ${subject}`} name="Trusts" text={`${subject} of ${issuer}`} />
      ))}
      <div>
        <dt>Last used</dt>
        <dd>{lastUsedAt ? <Time at={lastUsedAt} form="short" /> : <span class="meta">never</span>}</dd>
      </div>
    </dl>
  )
}

const Fact = ({ name, text }: { name: string; text: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <Value text={text} max={60} />
    </dd>
  </div>
)
