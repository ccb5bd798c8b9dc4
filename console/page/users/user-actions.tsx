import type { ComponentChildren } from 'preact'
import { useMayWrite } from '../data/session.tsx'
import { ChangeAction, patchOf } from '../objects/change-actions.tsx'
import { GrantAction } from '../objects/member-action.tsx'
import { MoreActions } from '../objects/more-actions.tsx'
import { UndropAction } from '../objects/undrop-action.tsx'

interface UserActionsProps {
  id: string
  name: string
  user: { active?: boolean; owner?: string } | undefined
  onDone: () => void
  /** A further button, before More. */
  children?: ComponentChildren
}

/** What an administrator can do with a user here, each as the command line does it. */
export function UserActions({ id, name, user, onDone, children }: UserActionsProps) {
  const mayWrite = useMayWrite()
  if (!mayWrite) return null
  if (!user) return <UndropAction kind="user" {...{ id, name, onDone }} />
  const owner = user.owner ?? 'ADMIN'
  const verb = user.active === false ? 'Enable' : 'Disable'
  return (
    <>
      <ChangeAction
        label={verb}
        icon={verb === 'Enable' ? 'check' : 'struck'}
        confirm={`${verb} ${name}`}
        words={['user', verb.toLowerCase(), '--', name]}
        request={{
          method: 'PATCH',
          path: ['admin', 'users', id],
          body: patchOf({ op: 'replace', path: 'active', value: verb === 'Enable' }),
        }}
        warning={owner === 'ADMIN' ? undefined : `It belongs to ${owner}, whose next write wins for what it sends.`}
        onDone={onDone}
      />
      {children}
      <MoreActions {...{ id, name, owner, onDone }} kind="user">
        {(done) => <GrantAction user={{ id, name }} onDone={done} />}
      </MoreActions>
    </>
  )
}
