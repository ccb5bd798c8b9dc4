import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { usePlace } from '../router/place.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon-name.ts'

export interface Choice {
  value: string
  label: string
  /** How many there are, where that is known. */
  count?: number | undefined
}

interface MenuProps {
  label: string
  icon?: IconName
  choices: readonly Choice[]
  /** What is chosen now; none where a choice only does something. */
  value?: string | undefined
  onChoose: (value: string) => void
  class?: string
  children?: ComponentChildren
}

/** A button that opens a list of choices (APG, menu button); one is chosen by arrows, its first letters or a click. */
export function Menu({ label, icon, choices, value, onChoose, class: extra = 'button' }: MenuProps) {
  const { isOpen, setOpen, holder, button } = useOpening()
  const id = useId()
  const choose = (chosen: string) => {
    setOpen(false)
    button.current?.focus()
    onChoose(chosen)
  }
  return (
    <div class="menu-holder" ref={holder}>
      <button
        type="button"
        ref={button}
        class={extra}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          setOpen(true)
        }}
      >
        {icon ? <Icon name={icon} /> : null}
        <span class="label">{label}</span>
        <Icon name="chevron" class="down" />
      </button>
      {isOpen ? <Choices id={id} label={label} choices={choices} value={value} onChoose={choose} /> : null}
    </div>
  )
}

interface ChoicesProps {
  id: string
  label: string
  choices: readonly Choice[]
  value: string | undefined
  onChoose: (value: string) => void
}

function Choices({ id, label, choices, value, onChoose }: ChoicesProps) {
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const items = itemsOf(menu.current)
    const chosen = items.find((item) => item.getAttribute('aria-checked') === 'true')
    ;(chosen ?? items[0])?.focus()
  }, [])
  return (
    <div
      class="menu"
      role="menu"
      id={id}
      aria-label={label}
      ref={menu}
      onKeyDown={(event) => moveIn(menu.current, event)}
    >
      {choices.map((choice) => (
        <button
          type="button"
          key={choice.value}
          {...(value === undefined ? ITEM : { role: 'menuitemradio', 'aria-checked': choice.value === value })}
          tabIndex={-1}
          onClick={() => onChoose(choice.value)}
        >
          <span class="tick">{choice.value === value ? <Icon name="check" /> : null}</span>
          <bdi>{choice.label}</bdi>
          {choice.count === undefined ? null : <span class="count">{choice.count.toLocaleString('en-US')}</span>}
        </button>
      ))}
    </div>
  )
}

/** An item that only does something. */
const ITEM = { role: 'menuitem' } as const

const itemsOf = (menu: Element | null): HTMLElement[] => [
  ...(menu?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? []),
]

/** Arrows, Home, End and first letters, as the APG has them. */
function moveIn(menu: Element | null, event: KeyboardEvent): void {
  const items = itemsOf(menu)
  const at = items.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
  const letter = event.key.length === 1 && event.key !== ' ' ? event.key.toLowerCase() : undefined
  const behind = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  const found =
    to === undefined
      ? behind.find((item) => letter !== undefined && item.textContent?.trim().toLowerCase().startsWith(letter))
      : items.at(to % items.length)
  if (!found) return
  event.preventDefault()
  found.focus()
}

/** What opens below its button: Esc, a click elsewhere, the focus going elsewhere and another page close it. */
export function useOpening() {
  const [isOpen, setOpen] = useState(false)
  const holder = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const { path } = usePlace()
  useEffect(() => setOpen(false), [path])
  useEffect(() => {
    if (!isOpen) return
    const leave = ({ target }: Event) => {
      if (target instanceof Node && !holder.current?.contains(target)) setOpen(false)
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      setOpen(false)
      button.current?.focus()
    }
    addEventListener('pointerdown', leave)
    addEventListener('focusin', leave)
    addEventListener('keydown', onKey, true)
    return () => {
      removeEventListener('pointerdown', leave)
      removeEventListener('focusin', leave)
      removeEventListener('keydown', onKey, true)
    }
  }, [isOpen])
  return { isOpen, setOpen, holder, button }
}

interface PanelProps {
  label: string
  icon?: IconName
  class?: string
  children: (close: () => void) => ComponentChildren
}

/** A button that opens fields or other content below it. */
export function Panel({ label, icon, class: extra = 'button', children }: PanelProps) {
  const { isOpen, setOpen, holder, button } = useOpening()
  const id = useId()
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  return (
    <div class="menu-holder" ref={holder}>
      <button
        type="button"
        ref={button}
        class={extra}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {icon ? <Icon name={icon} /> : null}
        <span class="label">{label}</span>
        <Icon name="chevron" class="down" />
      </button>
      {isOpen ? (
        <fieldset class="menu panel" id={id} aria-label={label}>
          {children(close)}
        </fieldset>
      ) : null}
    </div>
  )
}
