import { useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { Value } from '../parts/value.tsx'
import type { DriftFiles } from './form.ts'
import { mapOf, NAMED, type Named } from './name-columns.ts'
import type { DriftState } from './run.ts'

interface UnreadableProps {
  refusal: Extract<DriftState, { is: 'failed' }>['refusal']
  files: DriftFiles
  onMap: (map: readonly string[]) => void
}

/** Why there is no report: where in which file, what was expected, and the columns that were found. */
export function Unreadable({ refusal: { detail, place = {} }, files, onMap }: UnreadableProps) {
  const { file, line, column, expected, header } = place
  const told = file !== undefined && detail.startsWith(`${file}: `) ? detail.slice(file.length + 2) : detail
  const [first = told] = told.split('\n')
  const places = [line === undefined ? '' : `line ${line}`, column === undefined ? '' : `character ${column}`]
  const whereText = places.filter((text) => text !== '').join(', ')
  return (
    <div class="problem" role="alert">
      <Icon name="warning" />
      <div>
        <p class="strong">{file === undefined ? 'There is no report' : 'The file cannot be compared'}</p>
        <p>
          <Value text={first} />
        </p>
        <dl class="pairs">
          {file === undefined ? null : <Pair name="File" text={file} />}
          {whereText === '' ? null : <Pair name="Where" text={whereText} />}
          {expected === undefined ? null : <Pair name="Expected" text={expected} />}
          {header === undefined ? null : <Pair name="Columns found" text={header.join('\n')} />}
        </dl>
        {header && header.length > 0 && file === files.users.name ? (
          <NameColumns header={header} onMap={onMap} />
        ) : null}
      </div>
    </div>
  )
}

const Pair = ({ name, text }: { name: string; text: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      {text.split('\n').map((part, i) => (
        <span key={i} class="line">
          <Value text={part} />
        </span>
      ))}
    </dd>
  </div>
)

/** Which column holds what, of a file that no header tells. */
function NameColumns({ header, onMap }: { header: readonly string[]; onMap: (map: readonly string[]) => void }) {
  const [chosen, setChosen] = useState<Partial<Record<Named, string>>>({})
  const map = mapOf(chosen)
  return (
    <form
      class="drift-map"
      onSubmit={(event) => {
        event.preventDefault()
        if (map) onMap(map)
      }}
    >
      <p class="strong">Name the columns yourself</p>
      <div class="actions">
        {NAMED.map(({ name, label }) => (
          <label key={name} class="field-line">
            <span>{label}</span>
            <select
              class="input"
              value={chosen[name] ?? ''}
              onChange={(event) => setChosen({ ...chosen, [name]: event.currentTarget.value })}
            >
              <option value="">None</option>
              {header.map((column) => (
                <option key={column} value={column}>
                  {column}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      <button type="submit" class="button primary small" disabled={map === undefined}>
        Compare
      </button>
    </form>
  )
}
