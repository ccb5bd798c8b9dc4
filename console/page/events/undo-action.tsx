import type { EventRow } from '../../../shared/audit/event-row.ts'
import type { Facts } from '../../../shared/audit/sentences/facts.ts'
import type { StepRow } from '../../../shared/resources/steps.ts'
import { takeSteps } from '../data/steps.ts'
import { Action, type Plan } from '../parts/action.tsx'
import { Value } from '../parts/value.tsx'

/** Whether an event changed a user or a role, so that it can be undone. */
export const isUndoable = ({ row, status, changes }: Facts): boolean =>
  status < 400 && changes.length > 0 && (row.RESOURCE_DOMAIN === 'USER' || row.RESOURCE_DOMAIN === 'ROLE')

/** What steps would do, as a plan; what would be refused is its warning. */
export function planOfSteps(rows: readonly StepRow[]): Plan {
  const done = rows.filter(({ outcome }) => outcome === 'done')
  const refused = rows.filter(({ outcome }) => outcome === 'refused')
  const [first] = refused
  return {
    count: done.length,
    lines: done.map(({ name, what }) => (
      <>
        <b>
          <Value text={name} max={60} />
        </b>{' '}
        {what ? <Value text={what} max={200} /> : null}
      </>
    )),
    warning:
      first &&
      `${refused.length === 1 ? `${first.name} stays as it is` : `${refused.length} stay as they are`}: ${first.reason ?? 'it is refused'}`,
  }
}

/** Takes back what one event changed. */
export function UndoAction({
  row,
  class: extra = 'button small',
  onDone,
}: {
  row: EventRow
  class?: string
  onDone?: () => void
}) {
  const ask = (dryRun: boolean) => (next: string | undefined) => ({
    method: 'POST' as const,
    path: ['admin', 'undo'],
    body: { event: row.EVENT_ID, ...(dryRun && { dryRun }), ...(next && { next }) },
  })
  return (
    <Action
      label="Undo"
      icon="undo"
      class={extra}
      confirm={`Undo this change of ${row.RESOURCE_NAME ?? 'the object'}`}
      words={['undo', '--event', row.EVENT_ID]}
      plan={async (signal) => planOfSteps((await takeSteps(ask(true), signal)).body)}
      carryOut={() => takeSteps(ask(false))}
      {...(onDone && { onDone })}
    />
  )
}
