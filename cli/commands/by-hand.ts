import type { Change } from '../../shared/audit/rest-event.ts'
import { ADMIN_OWNER } from '../../shared/auth/principal.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { SNOWFLAKE_USER } from '../../shared/scim/schemas/snowflake-user.ts'
import { type PatchBody, toPatch, toResource } from '../attribute-changes.ts'
import { ALL_SO_ALREADY } from '../before-after.ts'
import { type Command, command, type Flag, type Session } from '../command.ts'
import { UsageError } from '../failure.ts'
import { DRY_RUN, optional, repeated, someText } from '../flags.ts'
import { showChanged, showChanges } from './object-view.ts'

/** Options that not every type of objects has. */
type Given = Readonly<Record<string, unknown>>
type Resource = Record<string, unknown> & { changes?: readonly Change[] }

/** A type of objects as commands name it. */
interface Named {
  word: 'user' | 'role'
  type: ResourceType
  /** Path below `/admin`. */
  collection: 'users' | 'roles'
  /** The option that names a new one, and the attribute it is. */
  nameFlag: 'user-name' | 'display-name'
  examples: Record<'name' | 'new' | 'set', string>
}

const KINDS: Named[] = [
  {
    ...{ word: 'user', type: RESOURCE_TYPES.User, collection: 'users', nameFlag: 'user-name' },
    examples: { name: 'ada@example.com', new: 'grace@example.com', set: '"title=Rear Admiral"' },
  },
  {
    ...{ word: 'role', type: RESOURCE_TYPES.Group, collection: 'roles', nameFlag: 'display-name' },
    examples: { name: 'Engineering', new: 'Auditors', set: 'externalId=audit-1' },
  },
]

const operandOf = ({ word }: Named) => ({
  name: 'ID|NAME',
  help: `its id, or its ${word === 'user' ? 'userName' : 'name'} in any letter case`,
})
const SET = repeated(
  'ATTRIBUTE=VALUE',
  'this attribute, as SCIM writes paths; JSON where the value begins with { or [ (repeatable)',
  someText,
)

/** The other name of a user, where an account keeps it apart from the one to sign in with. */
const ownNameFlags = ({ word }: Named): Record<string, Flag> =>
  word === 'role'
    ? {}
    : { 'snowflake-user-name': optional('NAME', "a user's name apart from the one to sign in with", someText) }
const ownNameIn = ({ 'snowflake-user-name': name }: Given): string[] =>
  name === undefined ? [] : [`${SNOWFLAKE_USER}:snowflakeUserName=${name}`]

const create = (kind: Named): Command =>
  command({
    words: `${kind.word} create`,
    summary: `Make a ${kind.word} by hand, which belongs to administrators`,
    flags: {
      [kind.nameFlag]: optional('NAME', `its ${kind.type.uniqueName}`, someText),
      ...ownNameFlags(kind),
      set: SET,
      file: optional('PATH', 'a JSON file with all of it, as SCIM writes it; options come on top', someText),
      'dry-run': DRY_RUN,
    },
    outputs: ['table', 'json'],
    examples: [
      `rolecall ${kind.word} create --${kind.nameFlag} ${kind.examples.new} --set ${kind.examples.set}`,
      `rolecall ${kind.word} create --file ${kind.word}.json --dry-run`,
    ],
    run: async (session, values) => {
      const { [kind.nameFlag]: name }: Given = values
      const { file } = values
      if (name === undefined && file === undefined) {
        throw new UsageError(`Name the ${kind.word}: --${kind.nameFlag}, or --file with all of it`)
      }
      const named = name === undefined ? [] : [`${kind.type.uniqueName}=${name}`]
      const body = toResource(kind.type, file, [...named, ...ownNameIn(values), ...values.set])
      const call = { method: 'POST', path: ['admin', kind.collection], body } as const
      await changeOne(session, call, values['dry-run'], () => `The ${kind.word} is made`)
    },
  })

const alter = (kind: Named): Command =>
  command({
    words: `${kind.word} alter`,
    summary: `Change attributes of a ${kind.word}, whoever owns it`,
    operands: [operandOf(kind)],
    flags: {
      ...ownNameFlags(kind),
      set: SET,
      unset: repeated('ATTRIBUTE', 'take this attribute away (repeatable)', someText),
      'dry-run': DRY_RUN,
    },
    outputs: ['table', 'json'],
    examples: [
      `rolecall ${kind.word} alter ${kind.examples.name} --set ${kind.examples.set}`,
      `rolecall ${kind.word} alter ${kind.examples.name} --unset externalId --dry-run`,
    ],
    check: ({ set, unset, ...named }) => {
      if ([...set, ...unset, ...ownNameIn(named)].length === 0)
        throw new UsageError('Name what to change: --set or --unset')
    },
    run: async (session, { set, unset, 'dry-run': isDryRun, ...named }, name = '') => {
      const body = toPatch(kind.type, [...ownNameIn(named), ...set], unset)
      await patch(session, kind, name, body, isDryRun, `The ${kind.word} is changed`)
    },
  })

const drop = (kind: Named): Command =>
  command({
    words: `${kind.word} drop`,
    summary: `Delete a ${kind.word}, whoever owns it; its history stays`,
    operands: [operandOf(kind)],
    flags: { 'dry-run': DRY_RUN },
    outputs: ['table', 'json'],
    examples: [`rolecall ${kind.word} drop ${kind.examples.new} --dry-run`],
    run: async (session, { 'dry-run': isDryRun }, name = '') => {
      const call = { method: 'DELETE', path: ['admin', kind.collection, name] } as const
      await changeOne(session, call, isDryRun, () => `The ${kind.word} "${name}" is deleted`)
    },
  })

/** `user disable` and `user enable`. */
const activate = (word: 'disable' | 'enable', kind: Named): Command =>
  command({
    words: `user ${word}`,
    summary: word === 'enable' ? 'Let a user in again' : 'Keep a user out, and keep everything it has',
    operands: [operandOf(kind)],
    flags: { 'dry-run': DRY_RUN },
    outputs: ['table', 'json'],
    examples: [`rolecall user ${word} ${kind.examples.name}`],
    run: async (session, { 'dry-run': isDryRun }, name = '') => {
      const body = toPatch(kind.type, [`active=${word === 'enable'}`], [])
      await patch(session, kind, name, body, isDryRun, `The user is ${word}d`)
    },
  })

function patch(session: Session, kind: Named, name: string, body: PatchBody, isDryRun: boolean, done: string) {
  const call = { method: 'PATCH', path: ['admin', kind.collection, name], body } as const
  return changeOne(session, call, isDryRun, ({ owner }) =>
    owner === ADMIN_OWNER || owner === undefined
      ? done
      : `${done}; it belongs to role ${owner}, whose next write wins for what it sends`,
  )
}

type Call = Parameters<Session['api']['call']>[0]

/** Changes one object, or shows what would change; the object is shown afterwards where the service answers it. */
async function changeOne(session: Session, call: Call, isDryRun: boolean, done: (resource: Resource) => string) {
  if (isDryRun) {
    const { changes } = await session.api.call<{ changes: Change[] }>({ ...call, query: { dryRun: 'true' } })
    return showChanges(session, changes)
  }
  const resource = await session.api.call<Resource | undefined>(call)
  if (resource) await showChanged(session, resource)
  session.terminal.tell(resource?.changes?.length === 0 ? ALL_SO_ALREADY : done(resource ?? {}))
}

const [USER] = KINDS as [Named, Named]

export const byHandCommands: Command[] = [
  ...KINDS.flatMap((kind) => [create(kind), alter(kind), drop(kind)]),
  activate('disable', USER),
  activate('enable', USER),
]
