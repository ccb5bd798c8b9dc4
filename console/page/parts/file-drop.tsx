import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

interface FileDropProps {
  /** The button: `Choose the export of users`. */
  label: string
  accept: string
  isMany?: boolean
  onFiles: (files: readonly File[]) => void
  class?: string
  children?: ComponentChildren
}

/** A place to drop files on, with a button for those who would rather choose them. */
export function FileDrop({ label, accept, isMany = false, onFiles, class: extra = 'drop', children }: FileDropProps) {
  const [isOver, setOver] = useState(false)
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length > 0) onFiles(isMany ? files : files.slice(0, 1))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same by keyboard
    <div
      class={isOver ? `${extra} over` : extra}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {children}
      <FileButton label={label} accept={accept} isMany={isMany} class="button primary" onFiles={onFiles} />
    </div>
  )
}

interface FileButtonProps extends Omit<FileDropProps, 'children'> {
  class: string
}

/** A button that opens the browser's dialog for files. */
export function FileButton({ label, accept, isMany = false, onFiles, class: extra }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" class={extra} onClick={() => input.current?.click()}>
        <Icon name="file" />
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={isMany}
        aria-label={label}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])]
          currentTarget.value = ''
          if (files.length > 0) onFiles(files)
        }}
      />
    </>
  )
}
