import { useState } from 'preact/hooks'
import { EVENT_KINDS, EVENT_METHODS } from '../../../shared/audit/event-kind.ts'
import { useIntegrations } from '../data/known.ts'
import { Filter, FilterBar, Search } from '../parts/filter-bar.tsx'
import { Panel } from '../parts/menu.tsx'
import type { SetQuery } from '../router/use-query.ts'
import { FILTER_LABELS, FILTERS, type FilterName, NO_FILTERS, type TIMELINE, type TimelineValues } from './schema.ts'

interface FiltersProps {
  values: TimelineValues
  set: SetQuery<typeof TIMELINE>
}

const STATUSES = [
  { value: '2xx', label: '2xx, done' },
  { value: '4xx', label: '4xx, refused' },
  { value: '401', label: '401, token' },
  { value: '403', label: '403, not allowed' },
  { value: '404', label: '404, not here' },
  { value: '409', label: '409, taken' },
  { value: '429', label: '429, too many' },
  { value: '5xx', label: '5xx, failed' },
]

/** Search and filters; what is in force stands below as chips. */
export function Filters({ values, set }: FiltersProps) {
  const integrations = useIntegrations() ?? []
  const set1 = (name: FilterName) => (value: string) => set({ [name]: value, open: '' })
  const chips = FILTERS.filter((name) => name !== 'text' && values[name] !== '').map((name) => {
    const isNot = values[name].startsWith('!')
    return {
      name,
      label: isNot ? `${FILTER_LABELS[name]} is not` : FILTER_LABELS[name],
      value: values[name].replace(/^!/, ''),
    }
  })
  return (
    <FilterBar
      search={
        <Search
          label="Search events"
          placeholder="User, role, address, token, text"
          value={values.text}
          onType={(text) => set({ text, open: '' }, { typing: true })}
        />
      }
      chips={chips}
      onRemove={(name) => set({ [name]: '' })}
      onClear={() => set(NO_FILTERS)}
    >
      <Filter
        label="Integration"
        value={values.integration}
        choices={[
          ...integrations.map(({ name }) => ({ value: name, label: name })),
          { value: 'IAM', label: 'Administrators' },
        ]}
        onChoose={set1('integration')}
      />
      <Panel label="Actor" class={values.actor ? 'button chosen' : 'button'}>
        {(close) => (
          <Fields
            names={['actor']}
            hints={{ actor: 'A run-as role, or the ARN of a principal' }}
            {...{ values, set, close }}
          />
        )}
      </Panel>
      <Filter label="Status" value={values.status} choices={STATUSES} onChoose={set1('status')} />
      <Panel label="More" class={MORE.some((name) => values[name] !== '') ? 'button chosen' : 'button'}>
        {(close) => <Fields names={MORE} hints={HINTS} {...{ values, set, close }} />}
      </Panel>
    </FilterBar>
  )
}

const MORE = ['object', 'kind', 'method', 'address', 'token', 'took', 'request'] as const
const HINTS: Partial<Record<FilterName, string>> = {
  object: 'Name or id of a user, role, integration or token',
  address: '198.51.100.24, or a block',
  token: 'The id of a token',
  took: '>500ms, or <2s',
  request: 'The id of a request',
}
const CHOICES: Partial<Record<FilterName, readonly string[]>> = {
  kind: EVENT_KINDS,
  method: EVENT_METHODS,
}

interface FieldsProps extends FiltersProps {
  names: readonly FilterName[]
  hints: Partial<Record<FilterName, string>>
  close: () => void
}

/** Filters as fields; they hold together when they are applied. */
function Fields({ names, hints, values, set, close }: FieldsProps) {
  const [draft, setDraft] = useState<Partial<Record<FilterName, string>>>({})
  const submit = (event: Event) => {
    event.preventDefault()
    close()
    set({ ...draft, open: '' })
  }
  return (
    <form class={names.length > 2 ? 'filter-fields wide' : 'filter-fields'} onSubmit={submit}>
      {names.map((name) => (
        <div key={name} class="field-line">
          <label for={`filter-${name}`}>{FILTER_LABELS[name]}</label>
          <Control
            name={name}
            hint={hints[name]}
            value={draft[name] ?? values[name]}
            onChange={(value) => setDraft((before) => ({ ...before, [name]: value.trim() }))}
          />
        </div>
      ))}
      <button type="submit" class="button primary">
        Apply
      </button>
    </form>
  )
}

interface ControlProps {
  name: FilterName
  hint: string | undefined
  value: string
  onChange: (value: string) => void
}

function Control({ name, hint, value, onChange }: ControlProps) {
  const choices = CHOICES[name]
  const id = `filter-${name}`
  if (choices) {
    return (
      <select class="input" id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">Any</option>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    )
  }
  return (
    <input
      class="input"
      id={id}
      value={value}
      placeholder={hint}
      pattern={name === 'took' ? '[<>] ?[0-9]{1,9} ?m?s' : undefined}
      autocomplete="off"
      spellcheck={false}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  )
}
