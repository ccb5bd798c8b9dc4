import { useState } from 'preact/hooks'
import type { DescribedIntegration, IntegrationView } from '../../../shared/resources/views/integration.ts'
import { useApi } from '../data/use-api.ts'
import { ChangeAction } from '../objects/change-actions.tsx'
import { Tag } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { AlterAction } from './alter-action.tsx'
import { BRAKE } from './settings.ts'

const SPANS = ['30m', '1h', '4h', '24h']

/** What an integration may take away in an hour, what is left of that, and how a mass change that is wanted passes. */
export const BrakeSection = ({ view, onDone }: { view: IntegrationView; onDone: () => void }) => (
  <section>
    <div class="side-head">
      <h2>Brake</h2>
      <AlterAction view={view} setting={BRAKE} onDone={onDone} />
    </div>
    <p>{BRAKE.text(view)}</p>
    {view.brake.mode === 'off' ? null : <ThisHour key={BRAKE.text(view)} name={view.name} />}
    {view.brakeReleasedUntil ? (
      <p>
        <Tag tone="loss">Released</Tag> until <Time at={view.brakeReleasedUntil} form="short" />
      </p>
    ) : null}
    {view.brake.mode === 'off' ? null : (
      <div class="actions">
        <ReleaseAction name={view.name} onDone={onDone} />
        {view.brakeReleasedUntil ? <EndReleaseAction name={view.name} onDone={onDone} /> : null}
      </div>
    )}
  </section>
)

function ThisHour({ name }: { name: string }) {
  const hour = useApi<DescribedIntegration>(['admin', 'integrations', name]).data?.brakeHour
  if (!hour) return null
  return (
    <p>
      {hour.used} of {hour.limit} this hour, <b>{hour.left} left</b> until <Time at={hour.until} form="short" />
    </p>
  )
}

interface ReleaseProps {
  name: string
  onDone: () => void
}

const releasing = (name: string, span: string | null) =>
  ({ method: 'POST', path: ['admin', 'integrations', name, 'release'], body: { for: span } }) as const

function ReleaseAction({ name, onDone }: ReleaseProps) {
  const [span, setSpan] = useState('1h')
  return (
    <ChangeAction
      label="Release"
      class="button small"
      confirm={`Release the brake of ${name}`}
      words={['integration', 'release', name, '--for', span]}
      request={releasing(name, span)}
      warning="Meanwhile nothing is counted and nothing is stopped."
      onDone={onDone}
    >
      <label class="field-line">
        <span>For how long</span>
        <select class="input" value={span} onChange={(event) => setSpan(event.currentTarget.value)}>
          {SPANS.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
    </ChangeAction>
  )
}

const EndReleaseAction = ({ name, onDone }: ReleaseProps) => (
  <ChangeAction
    label="End the release"
    class="button small"
    confirm={`End the release of ${name}`}
    words={['integration', 'release', name, '--end']}
    request={releasing(name, null)}
    onDone={onDone}
  />
)
