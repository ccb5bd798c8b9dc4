import type { ComponentChildren } from 'preact'
import { Panel } from '../parts/menu.tsx'
import { DeleteAction } from './delete-action.tsx'
import { SetAction } from './set-action.tsx'
import { TransferAction } from './transfer-action.tsx'

interface MoreActionsProps {
  kind: 'user' | 'role'
  id: string
  name: string
  owner: string
  onDone: () => void
  /** What only this kind can have done to it; `done` closes the menu. */
  children: (done: () => void) => ComponentChildren
}

/** The menu of what is rarely done with a user or a role; it closes once something was done. */
export const MoreActions = ({ kind, id, name, owner, onDone, children }: MoreActionsProps) => (
  <Panel label="More">
    {(close) => {
      const done = () => {
        close()
        onDone()
      }
      const of = { kind, id, name, onDone: done }
      return (
        <div class="menu-items">
          <SetAction {...of} owner={owner} />
          {children(done)}
          <TransferAction {...of} owner={owner} />
          <DeleteAction {...of} />
        </div>
      )
    }}
  </Panel>
)
