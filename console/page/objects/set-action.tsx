import { useState } from 'preact/hooks'
import { ChangeAction, patchOf } from './change-actions.tsx'

interface SetActionProps {
  kind: 'user' | 'role'
  id: string
  name: string
  /** Whose next write wins for what it sends. */
  owner: string
  onDone: () => void
}

/** A text that is JSON is sent as what it says: `true`, `3`, a list or an object. */
function toValue(text: string): unknown {
  if (!/^\s*(?:[[{]|true$|false$|-?\d+(?:\.\d+)?$)/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Sets one attribute of one object, or takes it away. */
export function SetAction({ kind, id, name, owner, onDone }: SetActionProps) {
  const [path, setPath] = useState('')
  const [value, setValue] = useState('')
  const attribute = path.trim()
  const operation =
    value === ''
      ? ({ op: 'remove', path: attribute } as const)
      : ({ op: 'replace', path: attribute, value: toValue(value) } as const)
  return (
    <ChangeAction
      label="Change an attribute"
      class="menu-item"
      confirm={`Change ${attribute || 'an attribute'} of ${name}`}
      words={[
        kind,
        'alter',
        name,
        ...(value === '' ? ['--unset', attribute || 'ATTRIBUTE'] : ['--set', `${attribute}=${value}`]),
      ]}
      request={{ method: 'PATCH', path: ['admin', `${kind}s`, id], body: patchOf(operation) }}
      isReady={attribute !== ''}
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
        <span>Value; empty takes the attribute away</span>
        <input
          class="input"
          value={value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
    </ChangeAction>
  )
}
