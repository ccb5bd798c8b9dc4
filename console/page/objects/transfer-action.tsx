import { useState } from 'preact/hooks'
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
export function TransferAction({ kind, id, name, owner, onDone }: TransferActionProps) {
  const owners = useOwners().map(({ role }) => role)
  const choices = [...new Set([...owners, 'ADMIN'])].filter((role) => role !== owner)
  const [to, setTo] = useState('')
  const ask = (dryRun: boolean) => (next: string | undefined) => ({
    method: 'POST' as const,
    path: ['admin', 'ownership'],
    body: { [`${kind}s`]: [id], to, ...(dryRun && { dryRun }), ...(next && { next }) },
  })
  return (
    <Action
      label="Transfer ownership"
      class="menu-item"
      confirm={`Transfer ${name}${to && ` to ${to}`}`}
      words={['ownership', 'transfer', `--${kind}`, name, '--to', to || 'ROLE']}
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
