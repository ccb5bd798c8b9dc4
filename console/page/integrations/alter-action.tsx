import { useState } from 'preact/hooks'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import { ChangeAction } from '../objects/change-actions.tsx'
import { alterRequest, type Setting, type SettingField, typedOf } from './settings.ts'

interface AlterActionProps {
  view: IntegrationView
  setting: Setting
  onDone: () => void
}

/** Changes one setting as `integration alter` does; the service says beforehand what would be so. */
export function AlterAction({ view, setting, onDone }: AlterActionProps) {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const request = alterRequest(view, setting.fields, typed)
  return (
    <ChangeAction
      label="Change"
      about={`“${setting.title}”`}
      class="button quiet small"
      confirm={`Change “${setting.title}” of ${view.name}`}
      words={request?.words ?? ['integration', 'alter', view.name, '--help']}
      request={{ method: 'PATCH', path: ['admin', 'integrations', view.name], body: request?.body ?? {} }}
      isReady={request !== undefined}
      onDone={() => {
        setTyped({})
        onDone()
      }}
    >
      {setting.fields.map((field) => (
        <div key={field.flag} class="field-line">
          <label for={field.flag}>{labelOf(field)}</label>
          <Input
            field={field}
            value={typed[field.flag] ?? typedOf(view, field)}
            onType={(text) => setTyped({ ...typed, [field.flag]: text })}
          />
        </div>
      ))}
    </ChangeAction>
  )
}

const labelOf = ({ label, mayLack }: SettingField): string => (mayLack ? `${label}; empty takes it away` : label)

interface InputProps {
  field: SettingField
  value: string
  onType: (text: string) => void
}

function Input({ field: { flag, form, mayLack }, value, onType }: InputProps) {
  if (form.is === 'words' || form.is === 'truth') {
    const words = form.is === 'truth' ? ['true', 'false'] : form.words
    return (
      <select id={flag} class="input" value={value} onChange={(event) => onType(event.currentTarget.value)}>
        {[...(mayLack ? [''] : []), ...words].map((word) => (
          <option key={word} value={word}>
            {word || 'none'}
          </option>
        ))}
      </select>
    )
  }
  return (
    <input
      id={flag}
      class="input"
      value={value}
      inputMode={form.is === 'number' ? 'numeric' : undefined}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => onType(event.currentTarget.value)}
    />
  )
}
