import { useState } from 'preact/hooks'
import { option } from '../../command-line.ts'
import { knownBeside } from '../data/known.ts'
import { useApi } from '../data/use-api.ts'
import { ChangeAction, patchOf } from './change-actions.tsx'

interface Named {
  id: string
  name: string
}

interface GrantActionProps {
  /** The user who gets a role, or the role that gets a member; the other is searched for. */
  user?: Named
  role?: Named
  onDone: () => void
}

/** Makes a user a member of a role. */
export function GrantAction({ user, role, onDone }: GrantActionProps) {
  const [typed, setTyped] = useState('')
  const wanted = user ? 'role' : 'user'
  const query = {
    q: typed.trim(),
    limit: 8,
    ...(user ? { excludedAttributes: 'members' } : { excludedAttributes: 'groups' }),
  }
  const { data } = useApi<{ Resources: { id: string; displayName?: string; userName?: string }[] }>(
    typed.trim() === '' ? undefined : ['admin', `${wanted}s`],
    query,
  )
  const found = (data?.Resources ?? []).map((one) => ({
    id: one.id,
    name: (user ? one.displayName : one.userName) ?? one.id,
  }))
  const chosen = found.find(({ name }) => name.toLowerCase() === typed.trim().toLowerCase())
  const [roleIs, userIs] = user ? [chosen, user] : [role, chosen]
  // The change names its member by id: of this one the name is known.
  if (userIs) knownBeside().names.set(userIs.id, userIs.name)
  return (
    <ChangeAction
      label={user ? 'Give a role' : 'Add a member'}
      class="menu-item"
      confirm={`Add ${userIs?.name ?? 'a user'} to role ${roleIs?.name ?? ''}`}
      words={['role', 'grant', ...option('user', userIs?.name ?? 'USER'), '--', roleIs?.name ?? 'ROLE']}
      request={{
        method: 'PATCH',
        path: ['admin', 'roles', roleIs?.id ?? ''],
        body: patchOf({ op: 'add', path: 'members', value: [{ value: userIs?.id ?? '' }] }),
      }}
      isReady={chosen !== undefined}
      onDone={onDone}
    >
      <label class="field-line">
        <span>{user ? 'Role' : 'User'}: begin to type its name, then choose</span>
        <input
          class="input"
          list={`found-${wanted}s`}
          value={typed}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <datalist id={`found-${wanted}s`}>
          {found.map(({ id, name }) => (
            <option key={id} value={name} />
          ))}
        </datalist>
      </label>
    </ChangeAction>
  )
}

/** Takes a user out of a role. */
export const RevokeAction = ({ user, role, onDone }: { user: Named; role: Named; onDone: () => void }) => (
  <ChangeAction
    label="Remove"
    about={user.name}
    class="button quiet small"
    confirm={`Remove ${user.name} from role ${role.name}`}
    words={['role', 'revoke', ...option('user', user.name), '--', role.name]}
    request={{
      method: 'PATCH',
      path: ['admin', 'roles', role.id],
      body: patchOf({ op: 'remove', path: 'members', value: [{ value: user.id }] }),
    }}
    onDone={onDone}
  />
)
