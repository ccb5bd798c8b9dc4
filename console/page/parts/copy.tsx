import { useState } from 'preact/hooks'
import { taken } from '../router/leaving.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon-name.ts'
import { say } from './toast.tsx'

interface CopyProps {
  /** What is copied; a function where it is only made when asked for. */
  text: string | (() => string)
  children: string
  icon?: IconName
  /** Only the drawing shows; the words are for those who hear it. */
  isBare?: boolean
  class?: string
}

/** A button that copies, and says so. */
export function Copy({ text, children, icon = 'copy', isBare = false, class: extra = 'button small' }: CopyProps) {
  const [isDone, setDone] = useState(false)
  const copy = async () => {
    try {
      const copied = typeof text === 'function' ? text() : text
      await navigator.clipboard.writeText(copied)
      taken(copied)
      setDone(true)
      setTimeout(() => setDone(false), 2000)
      say('Copied')
    } catch {
      say('The browser did not let the page copy: select the text instead')
    }
  }
  return (
    <button type="button" class={isBare ? 'bare' : extra} onClick={copy} aria-label={isBare ? children : undefined}>
      <Icon name={isDone ? 'check' : icon} />
      {isBare ? null : children}
    </button>
  )
}
