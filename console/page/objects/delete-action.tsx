import { ChangeAction } from './change-actions.tsx'

interface DeleteActionProps {
  kind: 'user' | 'role'
  id: string
  name: string
  onDone: () => void
}

/** Deletes one object; its history stays, and it can be restored while that is kept. */
export const DeleteAction = ({ kind, id, name, onDone }: DeleteActionProps) => (
  <ChangeAction
    label="Delete"
    class="menu-item"
    confirm={`Delete ${name}`}
    words={[kind, 'drop', '--', name]}
    request={{ method: 'DELETE', path: ['admin', `${kind}s`, id] }}
    warning="Its history stays, and it can be restored while that is kept."
    onDone={onDone}
  />
)
