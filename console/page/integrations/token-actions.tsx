import { useState } from 'preact/hooks'
import type { IssuedToken, ListedToken } from '../../../shared/resources/views/token.ts'
import { option } from '../../command-line.ts'
import { send } from '../data/api.ts'
import { Action } from '../parts/action.tsx'
import { Secret } from './secret.tsx'

interface TokenActionProps {
  token: ListedToken
  class?: string
  onDone: () => void
}

const OVERLAPS = [
  { value: '1h', label: '1 hour' },
  { value: '1d', label: '1 day' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
]

const secretOf = (body: unknown) => {
  const { token, expiresAt } = body as IssuedToken
  return <Secret secret={token} expiresAt={expiresAt} />
}

/** A new token now; the old one ends by itself after the overlap. */
export function RotateAction({ token, class: extra = 'button small', onDone }: TokenActionProps) {
  const [overlap, setOverlap] = useState('7d')
  const { tokenId, name, integration } = token
  return (
    <Action
      label="Rotate token"
      about={name}
      icon="key"
      class={extra}
      confirm={`Rotate ${name}`}
      words={['token', 'rotate', tokenId, '--overlap', overlap]}
      planKey={overlap}
      plan={async () => ({
        count: 1,
        lines: [`A new token for ${integration}; ${name} goes on for ${overlap} at most and then ends by itself`],
      })}
      carryOut={() => send({ method: 'POST', path: ['admin', 'tokens', tokenId, 'rotate'], body: { overlap } })}
      result={secretOf}
      onDone={onDone}
    >
      <label class="field-line">
        <span>How long the old token goes on</span>
        <select class="input" value={overlap} onChange={(event) => setOverlap(event.currentTarget.value)}>
          {OVERLAPS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </Action>
  )
}

/** A further token, beside those that there are. */
export function IssueAction({ integration, onDone }: { integration: string; onDone: () => void }) {
  const [name, setName] = useState('')
  const given = name.trim()
  return (
    <Action
      label="Issue a token"
      icon="plus"
      class="button small"
      confirm={`Issue a token for ${integration}`}
      words={['token', 'issue', integration, ...(given ? option('name', given) : [])]}
      planKey={given}
      plan={async () => ({
        count: 1,
        lines: [`A token for ${integration} that lives for six months; others are left alone`],
      })}
      carryOut={() =>
        send({
          method: 'POST',
          path: ['admin', 'integrations', integration, 'tokens'],
          body: given ? { name: given } : {},
        })
      }
      result={secretOf}
      onDone={onDone}
    >
      <label class="field-line">
        <span>Name; without one it is called by its day</span>
        <input class="input" value={name} maxLength={128} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
    </Action>
  )
}

/** Ends a token at once. */
export const RevokeTokenAction = ({ token: { tokenId, name, lastUsedAt }, onDone }: TokenActionProps) => (
  <Action
    label="Revoke"
    about={name}
    class="button quiet small"
    confirm={`Revoke ${name}`}
    words={['token', 'revoke', tokenId]}
    plan={async () => ({
      count: 1,
      lines: [`${name} ends within two seconds`],
      warning: lastUsedAt ? 'It is in use: whoever has it is refused from then on.' : undefined,
    })}
    carryOut={() => send({ method: 'DELETE', path: ['admin', 'tokens', tokenId] })}
    onDone={onDone}
  />
)

/** Gives a token another name. */
export function RenameTokenAction({ token: { tokenId, name }, onDone }: TokenActionProps) {
  const [typed, setTyped] = useState(name)
  const given = typed.trim()
  return (
    <Action
      label="Rename"
      about={name}
      class="button quiet small"
      confirm={`Rename ${name}`}
      words={['token', 'rename', '--', tokenId, given]}
      planKey={given}
      plan={async () => ({
        count: given === '' || given === name ? 0 : 1,
        lines: given === name ? [] : [`${name} is called ${given}`],
      })}
      carryOut={() => send({ method: 'PATCH', path: ['admin', 'tokens', tokenId], body: { name: given } })}
      onDone={onDone}
    >
      <label class="field-line">
        <span>Name</span>
        <input class="input" value={typed} maxLength={128} onInput={(event) => setTyped(event.currentTarget.value)} />
      </label>
    </Action>
  )
}
