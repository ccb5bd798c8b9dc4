import { useState } from 'preact/hooks'
import { ChangeAction, patchOf } from './change-actions.tsx'
import { setOf } from './set-of.ts'

interface SetActionProps {
  kind: 'user' | 'role'
  id: string
  name: string
  /** Whose next write wins for what it sends. */
  owner: string
  onDone: () => void
}

/** Sets one attribute of one object, or takes it away. */
export function SetAction({ kind, id, name, owner, onDone }: SetActionProps) {
  const [path, setPath] = useState('')
  const [value, setValue] = useState('')
  const [isGone, setGone] = useState(false)
  const attribute = path.trim()
  const { isReady, operation, options } = setOf({ attribute, value, isGone })
  return (
    <ChangeAction
      label="Change an attribute"
      class="menu-item"
      confirm={`Change ${attribute || 'an attribute'} of ${name}`}
      words={[kind, 'alter', ...options, '--', name]}
      request={{ method: 'PATCH', path: ['admin', `${kind}s`, id], body: patchOf(operation) }}
      isReady={isReady}
      warning={owner === 'ADMIN' ? undefined : `It belongs to ${owner}, whose next write wins for what it sends.`}
      onDone={onDone}
    >
      <label class="field-line">
        <span>Attribute, as SCIM writes paths: title, name.givenName</span>
        <input
          class="input"
          value={path}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setPath(event.currentTarget.value)}
        />
      </label>
      <label class="field-line">
        <span>Value</span>
        <input
          class="input"
          value={value}
          disabled={isGone}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
      <label class="actions">
        <input type="checkbox" checked={isGone} onChange={(event) => setGone(event.currentTarget.checked)} />
        Take the attribute away
      </label>
    </ChangeAction>
  )
}
