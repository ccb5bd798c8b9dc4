import { takeSteps } from '../data/steps.ts'
import { planOfSteps } from '../events/undo-action.tsx'
import { Action } from '../parts/action.tsx'

interface UndropActionProps {
  kind: 'user' | 'role'
  id: string
  name: string
  onDone: () => void
}

/** Brings a deleted object back under its old id. */
export function UndropAction({ kind, id, name, onDone }: UndropActionProps) {
  const ask = (dryRun: boolean) => (next: string | undefined) => ({
    method: 'POST' as const,
    path: ['admin', `${kind}s`, id, 'undrop'],
    query: { ...(dryRun && { dryRun }), next },
  })
  return (
    <Action
      label="Restore"
      icon="undo"
      confirm={`Restore ${name}`}
      words={[kind, 'undrop', id]}
      plan={async (signal) => planOfSteps((await takeSteps(ask(true), signal)).body)}
      carryOut={() => takeSteps(ask(false))}
      onDone={onDone}
    />
  )
}
