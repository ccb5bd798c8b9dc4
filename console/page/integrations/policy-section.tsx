import { useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { NetworkPolicyView } from '../../../shared/resources/views/network-policy.ts'
import { useApi } from '../data/use-api.ts'
import { ChangeAction } from '../objects/change-actions.tsx'
import { Tag } from '../parts/status.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { countObserved } from './observed.ts'

/** From where it may be used, and what a policy that only observes would refuse. */
export function PolicySection({ view, onDone }: { view: IntegrationView; onDone: () => void }) {
  const { networkPolicy: policy } = view
  return (
    <section>
      <div class="side-head">
        <h2>Network policy</h2>
        <AttachAction view={view} onDone={onDone} />
      </div>
      {policy ? (
        <dl class="pairs">
          <div>
            <dt>Policy</dt>
            <dd>
              <Value text={policy.name ?? 'lists of its own'} max={30} />
              {policy.inherited ? ', the account’s' : ''}{' '}
              {policy.mode === 'observe' ? <Tag tone="loss">only observes</Tag> : null}
            </dd>
          </div>
          <Lists name="Allowed" blocks={policy.allowed} none="everywhere" />
          <Lists name="Blocked" blocks={policy.blocked} none="nowhere" />
        </dl>
      ) : (
        <p class="meta">None: it may be used from everywhere</p>
      )}
      {policy?.mode === 'observe' && policy.name !== undefined ? <Observed name={policy.name} onDone={onDone} /> : null}
    </section>
  )
}

const Lists = ({ name, blocks, none }: { name: string; blocks: readonly string[]; none: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      {blocks.length === 0 ? <span class="meta">{none}</span> : null}
      {blocks.map((block) => (
        <span key={block} class="line">
          {block}
        </span>
      ))}
    </dd>
  </div>
)

/** Whom the policy would have refused in a week, and the step from watching to refusing. */
function Observed({ name, onDone }: { name: string; onDone: () => void }) {
  const { data } = useApi<{ events: EventRow[] }>(['events'], {
    ...{ method: 'ANY', status: '2xx', last: '7d', type: 'ALL', limit: 1000, order: 'desc' },
    ...{ allowEmpty: true, purpose: 'console' },
  })
  const count = data && countObserved(data.events, name)
  return (
    <div class="observed">
      <p>
        {count === undefined
          ? 'Counting whom it would refuse…'
          : count === 0
            ? 'It would have refused nobody in the last 7 days.'
            : `It would have refused ${count.toLocaleString('en-US')} ${count === 1 ? 'request' : 'requests'} in the last 7 days.`}{' '}
        {count ? (
          <a
            class="link"
            href={addressOf([], new URLSearchParams({ last: '7d', method: 'ANY', status: '2xx', object: name }))}
          >
            See them
          </a>
        ) : null}
      </p>
      <ChangeAction
        label="Enforce"
        class="button small"
        confirm={`Enforce ${name}`}
        words={['network-policy', 'alter', name, '--mode', 'enforce']}
        request={{ method: 'PATCH', path: ['admin', 'network-policies', name], body: { mode: 'enforce' } }}
        warning="It holds for everything that it is attached to, within a minute."
        onDone={onDone}
      />
    </div>
  )
}

function AttachAction({ view, onDone }: { view: IntegrationView; onDone: () => void }) {
  const { data } = useApi<{ networkPolicies: NetworkPolicyView[] }>(['admin', 'network-policies'])
  const { networkPolicy: policy, name } = view
  const own = policy && !policy.inherited ? (policy.name ?? '') : ''
  const [chosen, setChosen] = useState(own)
  const body = { networkPolicy: chosen === '' ? null : chosen }
  return (
    <ChangeAction
      label="Change"
      about="network policy"
      class="button quiet small"
      confirm={`Change network policy of ${name}`}
      words={[
        ...['integration', 'alter', name],
        ...(chosen === '' ? ['--unset', 'network-policy'] : ['--network-policy', chosen]),
      ]}
      request={{ method: 'PATCH', path: ['admin', 'integrations', name], body }}
      isReady={chosen !== own}
      onDone={onDone}
    >
      <label class="field-line">
        <span>Policy; a new one is made by “network-policy create”</span>
        <select class="input" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          <option value="">None of its own: the account’s, if there is one</option>
          {(data?.networkPolicies ?? []).map((one) => (
            <option key={one.name} value={one.name}>
              {one.name} ({one.mode})
            </option>
          ))}
        </select>
      </label>
    </ChangeAction>
  )
}
