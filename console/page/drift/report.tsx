import type { PresentedDrift } from '../../../shared/drift/summary.ts'
import { Command } from '../parts/command.tsx'
import { Empty } from '../parts/empty.tsx'
import { Tiles } from '../parts/tiles.tsx'
import { commandOf } from './command.ts'
import { Differences } from './differences.tsx'
import type { DriftFiles } from './form.ts'
import type { DriftValues } from './schema.ts'
import { firstTab, isOfHere, mendsOf, notesOf, rowsOf, type TabName, tabsOf } from './tabs.ts'

interface ReportProps {
  report: PresentedDrift
  files: DriftFiles
  values: DriftValues
  onTab: (tab: TabName) => void
}

/** Counts first, then what the chosen one counts. */
export function Report({ report, files, values, onTab }: ReportProps) {
  const tabs = tabsOf(report)
  const tab = tabs.find(({ value }) => value === values.tab)?.value ?? firstTab(tabs)
  const label = tabs.find(({ value }) => value === tab)?.label ?? ''
  const rows = rowsOf(report, tab)
  const names = { users: files.users.name, groups: files.groups.map(({ name }) => name), map: files.map }
  return (
    <>
      <Tiles
        label="What was found"
        tiles={tabs}
        value={tab}
        onChoose={(value) => onTab(value as TabName)}
        panel="drift-panel"
      />
      <section class="card drift-panel" id="drift-panel" role="tabpanel" aria-label={label}>
        {tab === 'same' ? <Same report={report} /> : null}
        {tab !== 'same' && rows.length === 0 ? <Empty title={`${label}: none`} /> : null}
        {rows.length > 0 ? (
          <>
            <Mends report={report} tab={tab} />
            <Differences key={tab} rows={rows} label={label} isOfHere={isOfHere(tab)} />
          </>
        ) : null}
        <Command words={commandOf(names, values)} />
      </section>
    </>
  )
}

/** What mends it: one sentence, or one for each kind that stands here. */
function Mends({ report, tab }: { report: PresentedDrift; tab: TabName }) {
  const mends = mendsOf(report, tab)
  const [only] = mends
  if (mends.length === 1 && only) return <p class="drift-mends">{sentenceOf(only.mends)}</p>
  return (
    <ul class="drift-mends">
      {mends.map(({ title, mends: how }) => (
        <li key={title}>
          <span class="strong">{sentenceOf(title, '')}:</span> {sentenceOf(how)}
        </li>
      ))}
    </ul>
  )
}

const sentenceOf = (text: string, end = '.'): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`

function Same({ report }: { report: PresentedDrift }) {
  const { same, onBothSides, attributes } = report.summary
  const notes = notesOf(report)
  return (
    <div class="drift-same">
      <p>
        {same.toLocaleString('en-US')} of {onBothSides.toLocaleString('en-US')} users that are on both sides are the
        same
        {attributes.length > 0 ? ` in whether they may sign in, and in ${attributes.join(', ')}` : ''}.
      </p>
      {notes.map(({ count, title, why }) => (
        <p key={title} class="meta">
          Counted, and no drift: {count.toLocaleString('en-US')} {title}; {why}.
        </p>
      ))}
    </div>
  )
}
