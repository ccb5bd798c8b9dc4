import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import { useApi } from '../data/use-api.ts'
import { FileButton } from '../parts/file-drop.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { Tag } from '../parts/status.tsx'
import { Value } from '../parts/value.tsx'
import { ACCEPTED, type DriftFiles } from './form.ts'
import type { DriftState } from './run.ts'
import { type DriftValues, MATCH_CHOICES } from './schema.ts'

interface FileCardProps {
  files: DriftFiles
  state: DriftState
  values: DriftValues
  set: (patch: Partial<DriftValues>) => void
  onFiles: (files: DriftFiles) => void
}

/** What is compared with what, and by what; each can be changed, and it runs again. */
export function FileCard({ files, state, values, set, onFiles }: FileCardProps) {
  const { data } = useApi<{ integrations: IntegrationView[] }>(['admin', 'integrations'])
  const integrations = data?.integrations ?? []
  const summary = state.is === 'done' ? state.report.summary : undefined
  const found = integrations.find(({ name, role }) => name === values.integration || role === summary?.role)
  const compared = values.integration || found?.name || summary?.role || ''
  const matchedBy = values.match || summary?.matchedBy || ''
  const auto = { value: '', label: 'As it fits' }
  return (
    <section class="card file-card" aria-label="What is compared">
      <span class="file-mark">
        <Icon name="file" />
      </span>
      <div class="file-text">
        <p class="strong">
          <Value text={files.users.name} max={60} />
          {files.groups.length > 0 ? (
            <span class="quiet">
              {' '}
              and <Value text={files.groups.map(({ name }) => name).join(', ')} max={60} />
            </span>
          ) : null}
        </p>
        <p class="meta">{toldOf(state)}</p>
        {summary?.trap ? <p class="meta">{summary.trap}</p> : null}
      </div>
      {state.is === 'done' ? <Total state={state} /> : null}
      <div class="file-choices">
        <Menu
          label={compared ? `Compared with ${compared}` : 'Compared with…'}
          class="button small"
          choices={[auto, ...integrations.map(({ name }) => ({ value: name, label: name }))]}
          value={values.integration}
          onChoose={(integration) => set({ integration })}
        />
        <Menu
          label={matchedBy ? `Matched by ${matchedBy}` : 'Matched by…'}
          class="button small"
          choices={[auto, ...MATCH_CHOICES.map((value) => ({ value, label: value }))]}
          value={values.match}
          onChoose={(match) => set({ match: match as DriftValues['match'] })}
        />
        <FileButton
          label={files.groups.length > 0 ? 'Other groups' : 'Add groups'}
          accept={ACCEPTED}
          isMany
          class="button small"
          onFiles={(groups) => onFiles({ ...files, groups })}
        />
      </div>
    </section>
  )
}

/** `Okta people, 10,000 rows, compared with 9,990 users here in 1.8 s; the file stays on this machine`. */
function toldOf(state: DriftState): string {
  if (state.is !== 'done') return 'The file stays on this machine'
  const { format, rows, usersHere } = state.report.summary
  const seconds = (state.tookMs / 1000).toFixed(1)
  const count = (value: number) => value.toLocaleString('en-US')
  return `${format}, ${count(rows.read)} rows · ${count(usersHere)} users here · compared in ${seconds} s, stays on this machine`
}

function Total({ state: { report } }: { state: Extract<DriftState, { is: 'done' }> }) {
  const count = report.differences.length
  if (count === 0) return <Tag tone="gain">No drift</Tag>
  return <Tag tone="loss">{count === 1 ? '1 difference' : `${count.toLocaleString('en-US')} differences`}</Tag>
}
