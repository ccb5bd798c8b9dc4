import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useKeys } from '../frame/keys.ts'
import { Icon } from './icon.tsx'
import { type Choice, Menu } from './menu.tsx'
import { Value } from './value.tsx'

/** How long after the last key a search is made. */
const TYPED_MS = 150

interface SearchProps {
  /** `Search events`. */
  label: string
  /** What may be typed. */
  placeholder: string
  value: string
  onType: (value: string) => void
}

/** The search of a page: `/` goes to it, Esc clears it and then leaves. */
export function Search({ label, placeholder, value, onType }: SearchProps) {
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(value)
  const timer = useRef(0)
  // What comes back of one's own typing is older than what stands there; anything else is another's.
  const told = useRef(value)
  useEffect(() => {
    if (value !== told.current) setTyped(value)
    told.current = value
  }, [value])
  useKeys({ '/': () => input.current?.select() ?? input.current?.focus() })
  const set = (text: string, waitMs: number) => {
    setTyped(text)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      told.current = text
      onType(text)
    }, waitMs)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') set(typed, 0)
    if (event.key !== 'Escape') return
    if (typed === '') input.current?.blur()
    else set('', 0)
    event.preventDefault()
  }
  return (
    <label class="search">
      <Icon name="search" />
      <span class="unseen">{label}</span>
      <input
        ref={input}
        type="search"
        value={typed}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => set(event.currentTarget.value, TYPED_MS)}
        onKeyDown={onKeyDown}
      />
      <span class="key" aria-hidden="true">
        /
      </span>
    </label>
  )
}

/** A filter that is in force, told below the bar, and how it is taken away. */
export interface Chip {
  name: string
  label: string
  value: string
}

interface FilterBarProps {
  /** The search. */
  search: ComponentChildren
  /** {@link Filter}s and panels. */
  children?: ComponentChildren
  chips?: readonly Chip[]
  onRemove?: (name: string) => void
  onClear?: () => void
}

/** Search and filters in one line, and below it the filters that are in force. */
export const FilterBar = ({ search, children, chips = [], onRemove, onClear }: FilterBarProps) => (
  <div class="filters">
    <FilterLine search={search}>{children}</FilterLine>
    {chips.length === 0 ? null : (
      <ul class="chips" aria-label="Filters in force">
        {chips.map(({ name, label, value }) => (
          <li key={name} class="chip">
            <span class="meta">{label}</span> <Value text={value} />
            <button type="button" class="bare" aria-label={`Remove ${label}`} onClick={() => onRemove?.(name)}>
              <Icon name="plus" class="turned" />
            </button>
          </li>
        ))}
        <li>
          <button type="button" class="button quiet small" onClick={onClear}>
            Clear
          </button>
        </li>
      </ul>
    )}
  </div>
)

/** In a small window the filters wait behind a button. */
function FilterLine({ search, children }: Pick<FilterBarProps, 'search' | 'children'>) {
  const [isOpen, setOpen] = useState(false)
  return (
    <search class={isOpen ? 'filter-line open' : 'filter-line'}>
      {search}
      {children ? (
        <button type="button" class="button filter-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Filters
        </button>
      ) : null}
      <div class="filter-rest">{children}</div>
    </search>
  )
}

interface FilterProps {
  label: string
  choices: readonly Choice[]
  /** Empty: any. */
  value: string
  onChoose: (value: string) => void
}

/** One filter as a menu of its values; the first of them is any. */
export const Filter = ({ label, choices, value, onChoose }: FilterProps) => (
  <Menu
    label={label}
    class={value ? 'button chosen' : 'button'}
    choices={[{ value: '', label: 'Any' }, ...choices]}
    value={value}
    onChoose={onChoose}
  />
)
