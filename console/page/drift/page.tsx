import { useEffect } from 'preact/hooks'
import { Page } from '../frame/page.tsx'
import { download } from '../parts/download.ts'
import { FileButton, FileDrop } from '../parts/file-drop.tsx'
import { Icon } from '../parts/icon.tsx'
import { useQuery } from '../router/use-query.ts'
import { toCsv } from './csv.ts'
import { FileCard } from './file-card.tsx'
import { ACCEPTED } from './form.ts'
import { Progress } from './progress.tsx'
import { Report } from './report.tsx'
import { DRIFT } from './schema.ts'
import { Unreadable } from './unreadable.tsx'
import { useDriftRun } from './use-drift-run.ts'

/** What an identity provider's export and the service say differently. */
export default function DriftPage() {
  const { values, set } = useQuery(DRIFT)
  const { match, integration } = values
  const run = useDriftRun()
  const { files, state } = run
  useEffect(() => run.compare({ match, integration }), [run, files, match, integration])
  const takeUsers = ([users, ...groups]: readonly File[]) => {
    if (!users) return
    run.take({ users, groups, map: [] })
    set({ tab: '', match: '', integration: '' }, { typing: true })
  }
  return (
    <Page
      title="Drift"
      schema={DRIFT}
      actions={
        files ? (
          <>
            <FileButton label="Another file" accept={ACCEPTED} class="button" onFiles={takeUsers} />
            {state.is === 'done' ? (
              <button
                type="button"
                class="button"
                onClick={() => download(new Blob([toCsv(state.report.differences)], { type: 'text/csv' }), 'drift.csv')}
              >
                <Icon name="download" />
                Download CSV
              </button>
            ) : null}
          </>
        ) : null
      }
    >
      {files ? (
        <FileCard files={files} state={state} values={values} set={set} onFiles={(more) => run.take(more)} />
      ) : (
        <Start onFiles={takeUsers} />
      )}
      {state.is === 'running' ? <Progress {...state} onCancel={() => run.cancel()} /> : null}
      {state.is === 'waiting' && files ? (
        <p>
          <button type="button" class="button primary" onClick={() => run.compare({ match, integration })}>
            Compare
          </button>
        </p>
      ) : null}
      {state.is === 'failed' && files ? (
        <Unreadable refusal={state.refusal} files={files} onMap={(map) => run.take({ ...files, map })} />
      ) : null}
      {state.is === 'done' && files ? (
        <Report report={state.report} files={files} values={values} onTab={(tab) => set({ tab })} />
      ) : null}
    </Page>
  )
}

const Start = ({ onFiles }: { onFiles: (files: readonly File[]) => void }) => (
  <FileDrop label="Choose the export of users" accept={ACCEPTED} onFiles={onFiles} class="card drop">
    <Icon name="drift" class="big" />
    <p class="strong">Compare your identity provider with what is here</p>
    <p>
      Drop the export of its users: of Okta, Entra, Microsoft 365, Google Workspace, JumpCloud, any CSV with a header,
      or a SCIM list. An export of groups and their members may follow.
    </p>
    <p class="meta">The file is read on this machine and never leaves it. Nothing is changed.</p>
  </FileDrop>
)
