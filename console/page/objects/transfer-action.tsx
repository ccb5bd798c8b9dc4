import { useState } from 'preact/hooks'
import { option } from '../../command-line.ts'
import { useOwners } from '../data/owners.ts'
import { takeSteps } from '../data/steps.ts'
import { planOfSteps } from '../events/undo-action.tsx'
import { Action } from '../parts/action.tsx'

interface TransferActionProps {
  kind: 'user' | 'role'
  id: string
  name: string
  owner: string
  onDone: () => void
}

/** Hands one object to another owner, who alone may change it from then on. */
export const TransferAction = ({ kind, id, name, owner, onDone }: TransferActionProps) => (
  <Transfer
    label="Transfer ownership"
    class="menu-item"
    name={name}
    owner={owner}
    what={{ [`${kind}s`]: [id] }}
    words={option(kind, name)}
    onDone={onDone}
  />
)

interface TransferProps {
  label: string
  class: string
  /** What is handed over: `ada@example.com`, `what OKTA_PROVISIONER owns`. */
  name: string
  owner: string
  /** The same, as the route takes it and as the command does. */
  what: Readonly<Record<string, unknown>>
  words: readonly string[]
  /** Who is chosen at first. */
  to?: string
  onDone: () => void
}

/** Hands objects to another owner, step after step. */
export function Transfer({ label, class: form, name, owner, what, words, to: first = '', onDone }: TransferProps) {
  const owners = useOwners().map(({ role }) => role)
  const choices = [...new Set([...owners, 'ADMIN', first])].filter((role) => role !== owner && role !== '')
  const [to, setTo] = useState(first)
  const ask = (dryRun: boolean) => (next: string | undefined) => ({
    method: 'POST' as const,
    path: ['admin', 'ownership'],
    body: { ...what, to, ...(dryRun && { dryRun }), ...(next && { next }) },
  })
  return (
    <Action
      label={label}
      class={form}
      confirm={`Transfer ${name}${to && ` to ${to}`}`}
      words={['ownership', 'transfer', ...words, '--to', to || 'ROLE']}
      planKey={to}
      plan={async (signal) =>
        to === '' ? { lines: [], count: 0 } : planOfSteps((await takeSteps(ask(true), signal)).body)
      }
      carryOut={() => takeSteps(ask(false))}
      onDone={onDone}
    >
      <label class="field-line">
        <span>New owner: a provisioner role, or ADMIN for administrators</span>
        <select class="input" value={to} onChange={(event) => setTo(event.currentTarget.value)}>
          <option value="">Choose…</option>
          {choices.map((role) => (
            <option key={role} value={role}>
              {role}
            </option>
          ))}
        </select>
      </label>
    </Action>
  )
}
