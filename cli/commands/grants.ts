import { countListed } from '../../shared/audit/listed.ts'
import type { Change } from '../../shared/audit/rest-event.ts'
import { many } from '../../shared/resources/say-owned.ts'
import { PATCH_OP } from '../../shared/scim/patch/patch-op.ts'
import { ALL_SO_ALREADY } from '../before-after.ts'
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
        const { changes } = await session.api.call<{ changes: Change[] }>(call)
        session.terminal.tell(sayDone(`The role "${role}" ${done}`, value.length, changes))
      }
    },
  })

/** Of so many users; some may have been members, or none, already. */
function sayDone(done: string, asked: number, changes: readonly Change[]): string {
  const changed = changes.reduce((sum, { before, after = before }) => sum + countListed(after), 0)
  if (changed === 0) return ALL_SO_ALREADY
  return `${done} ${many(changed, 'user')}${changed < asked ? `, ${asked - changed} were so already` : ''}`
}

async function findMember({ api }: Session, name: string): Promise<{ value: string }> {
  const { id } = await api.call<{ id: string }>({ path: ['admin', 'users', name], query: { attributes: 'id' } })
  return { value: id }
}

export const grantCommands: Command[] = DIRECTIONS.map(membership)
