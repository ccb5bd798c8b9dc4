import type { Change } from '../../shared/audit/rest-event.ts'
import { PATCH_OP } from '../../shared/scim/patch/patch-op.ts'
import { type Command, command, type Session } from '../command.ts'
import { UsageError } from '../failure.ts'
import { DRY_RUN, repeated, someText } from '../flags.ts'
import { showChanges } from './object-view.ts'

interface Direction {
  word: 'grant' | 'revoke'
  op: 'add' | 'remove'
  summary: string
  done: string
}

const DIRECTIONS: Direction[] = [
  { word: 'grant', op: 'add', summary: 'Make users members of a role', done: 'is granted to' },
  { word: 'revoke', op: 'remove', summary: 'Take users out of a role', done: 'is revoked from' },
]

const membership = ({ word, op, summary, done }: Direction): Command =>
  command({
    words: `role ${word}`,
    summary: `${summary}, all of them or, where one is not there, none`,
    operands: [{ name: 'ROLE', help: 'its id, or its name in any letter case' }],
    flags: { user: repeated('ID|NAME', 'this user (repeatable, required)', someText), 'dry-run': DRY_RUN },
    examples: [`rolecall role ${word} Engineering --user ada@example.com --user grace@example.com`],
    check: ({ user }) => {
      if (user.length === 0) throw new UsageError('Name the users: --user, once for each')
    },
    run: async (session, { user, 'dry-run': isDryRun }, role = '') => {
      const value = await Promise.all(user.map((name) => findMember(session, name)))
      const body = { schemas: [PATCH_OP], Operations: [{ op, path: 'members', value }] }
      const call = { method: 'PATCH', path: ['admin', 'roles', role], body } as const
      if (isDryRun) {
        const { changes } = await session.api.call<{ changes: Change[] }>({ ...call, query: { dryRun: 'true' } })
        await showChanges(session, changes)
      } else {
        await session.api.call(call)
        session.terminal.tell(`The role "${role}" ${done} ${user.length === 1 ? 'one user' : `${user.length} users`}`)
      }
    },
  })

async function findMember({ api }: Session, name: string): Promise<{ value: string }> {
  const { id } = await api.call<{ id: string }>({ path: ['admin', 'users', name], query: { attributes: 'id' } })
  return { value: id }
}

export const grantCommands: Command[] = DIRECTIONS.map(membership)
