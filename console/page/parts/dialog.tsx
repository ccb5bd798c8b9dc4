import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

interface DialogProps {
  title: string
  children: ComponentChildren
  /** It was closed, by whatever means. */
  onClose: () => void
  /** Whether it may close now; asked before Esc and Close. */
  mayClose?: () => boolean
}

/** A dialog over the page; the focus returns to where it was. */
export function Dialog({ title, children, onClose, mayClose = () => true }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const { activeElement: before } = document
    dialog.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  const onCancel = (event: Event) => {
    if (!mayClose()) event.preventDefault()
  }
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onCancel={onCancel} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}
