import { useState } from 'preact/hooks'
import { GUIDE_NAMES, GUIDES, type GuideName } from '../../../shared/setup/guides.ts'
import { send } from '../data/api.ts'
import { knownBeside } from '../data/known.ts'
import { Action } from '../parts/action.tsx'
import { addressOf } from '../router/address.ts'

/** Makes an integration for one identity provider; its set-up guide makes the token and says what goes where. */
export function AddIntegration({ onDone }: { onDone: () => void }) {
  const [guide, setGuide] = useState<GuideName>('okta')
  const [typedName, setName] = useState('')
  const [typedRole, setRole] = useState('')
  const { title, kind, integration, role: itsRole } = GUIDES[guide]
  const name = typedName.trim().toUpperCase() || integration
  const role = typedRole.trim().toUpperCase() || itsRole
  return (
    <Action
      label="Add integration"
      icon="plus"
      class="button primary"
      confirm={`Create integration ${name}`}
      words={['integration', 'create', name, '--kind', kind, '--role', role]}
      planKey={JSON.stringify([kind, name, role])}
      plan={async () => ({
        count: 1,
        lines: [`Integration ${name} for ${title}, which runs as role ${role}`, 'Its set-up guide makes the token'],
      })}
      carryOut={() => send({ method: 'POST', path: ['admin', 'integrations'], body: { name, clientKind: kind, role } })}
      result={() => (
        <a class="button primary" href={addressOf(['integrations', name, 'setup'])}>
          Go on with the set-up
        </a>
      )}
      onDone={() => {
        knownBeside().forgetIntegrations()
        onDone()
      }}
    >
      <label class="field-line">
        <span>Identity provider</span>
        <select class="input" value={guide} onChange={(event) => setGuide(event.currentTarget.value as GuideName)}>
          {GUIDE_NAMES.map((one) => (
            <option key={one} value={one}>
              {GUIDES[one].title}
            </option>
          ))}
        </select>
      </label>
      <label class="field-line">
        <span>Name</span>
        <input
          class="input"
          value={typedName}
          placeholder={integration}
          spellcheck={false}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label class="field-line">
        <span>Role that owns what it creates</span>
        <input
          class="input"
          value={typedRole}
          placeholder={itsRole}
          spellcheck={false}
          onInput={(event) => setRole(event.currentTarget.value)}
        />
      </label>
    </Action>
  )
}
