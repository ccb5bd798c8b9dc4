import { objectName } from '../../shared/resources/integration-input.ts'
import { MAX_NAMED } from '../../shared/resources/ownership-input.ts'
import type { ObjectOwner, OwnerRow } from '../../shared/resources/show-ownership.ts'
import type { Step } from '../../shared/resources/steps.ts'
import { type Command, command, type FlagValues, type Session } from '../command.ts'
import { UsageError } from '../failure.ts'
import { choice, DRY_RUN, optional, repeated, someText, textFor } from '../flags.ts'
import { type NamedObjects, readNamedFile } from '../named-file.ts'
import { type ListView, showList } from '../output.ts'
import { carryOutSteps } from '../steps.ts'

const OWNERSHIP_PATH = ['admin', 'ownership']
const WORDS_OF = { users: ['USER'], roles: ['ROLE'] } as const
const OWNER = 'a provisioner role, or ADMIN for administrators'

const TRANSFER_FLAGS = {
  user: repeated('ID|NAME', 'this user (repeatable)', someText),
  role: repeated('ID|NAME', 'this role (repeatable)', someText),
  file: optional('PATH', 'those of a CSV file with userName, displayName, or type and name (or id)', someText),
  'owned-by': optional('ROLE', 'all that this role owns', textFor(objectName)),
  only: choice('TYPE', 'with --owned-by: only its users, or only its roles', ['users', 'roles']),
  to: { value: 'ROLE', help: `the new owner: ${OWNER} (required)`, schema: textFor(objectName) },
  'dry-run': DRY_RUN,
}
type TransferValues = FlagValues<typeof TRANSFER_FLAGS>

const ownershipTransfer = command({
  words: 'ownership transfer',
  summary: 'Hand users and roles to another owner, who alone may change them from then on',
  flags: TRANSFER_FLAGS,
  examples: [
    'rolecall ownership transfer --user ada@example.com --role Engineering --to OKTA_PROVISIONER',
    'rolecall ownership transfer --owned-by AAD_PROVISIONER --to OKTA_PROVISIONER --dry-run',
    'rolecall ownership transfer --file leavers.csv --to ADMIN',
  ],
  check: (values) => {
    const { user, role, file, 'owned-by': owner, only } = values
    const isNamed = user.length + role.length > 0 || file !== undefined
    if (isNamed === (owner !== undefined)) {
      throw new UsageError('Say what is transferred: --user, --role and --file, or --owned-by for all that a role owns')
    }
    if (only !== undefined && owner === undefined) throw new UsageError('--only goes with --owned-by')
  },
  run: (session, values) => {
    const isDryRun = values['dry-run']
    const body = { to: values.to, ...(isDryRun && { dryRun: true }) }
    const ask = values['owned-by'] === undefined ? askNamed(session, values, body) : askOwned(session, values, body)
    return carryOutSteps(session, ask, { done: 'transferred', isDryRun })
  },
})

type Ask = (next: string | undefined) => Promise<Step>
const post = ({ api }: Session, body: object) => api.call<Step>({ method: 'POST', path: OWNERSHIP_PATH, body })

const askOwned =
  (session: Session, { 'owned-by': ownedBy, only }: TransferValues, body: object): Ask =>
  (next) =>
    post(session, { ...body, ownedBy, ...(only && { types: WORDS_OF[only] }), ...(next && { next }) })

/** As many as one request takes at a time; the place is the command's own. */
function askNamed(session: Session, { user, role, file }: TransferValues, body: object): Ask {
  const listed: NamedObjects = file === undefined ? { users: [], roles: [] } : readNamedFile(file)
  const named = [
    ...[...user, ...listed.users].map((name) => ['users', name] as const),
    ...[...role, ...listed.roles].map((name) => ['roles', name] as const),
  ]
  return async (next = '0') => {
    const begin = Number(next)
    const part = named.slice(begin, begin + MAX_NAMED)
    const of = (type: keyof NamedObjects) => part.flatMap(([list, name]) => (list === type ? [name] : []))
    const { rows } = await post(session, { ...body, users: of('users'), roles: of('roles') })
    const end = begin + part.length
    return { rows, total: named.length, ...(end < named.length && { next: String(end) }) }
  }
}

const OWNERS_VIEW: ListView<OwnerRow> = {
  table: [
    { header: 'OWNER', get: ({ role }) => role },
    { header: 'USERS', get: ({ users }) => users },
    { header: 'ROLES', get: ({ roles }) => roles },
  ],
}

const OBJECT_VIEW: ListView<ObjectOwner> = {
  table: [
    { header: 'TYPE', get: ({ type }) => type },
    { header: 'ID', get: ({ id }) => id },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'OWNER', get: ({ owner }) => owner },
  ],
}

const ownershipShow = command({
  words: 'ownership show',
  summary: 'Show how much each role owns, or who owns one user or role',
  flags: {
    user: optional('ID|NAME', 'whose this user is', someText),
    role: optional('ID|NAME', 'whose this role is', someText),
  },
  examples: ['rolecall ownership show', 'rolecall ownership show --user ada@example.com'],
  check: ({ user, role }) => {
    if (user !== undefined && role !== undefined) throw new UsageError('Give --user or --role, one of them')
  },
  run: async (session, { user, role }) => {
    const call = { path: OWNERSHIP_PATH, query: { user, role } }
    if (user !== undefined || role !== undefined) {
      await showList(session, OBJECT_VIEW, [[await session.api.call<ObjectOwner>(call)]])
      return
    }
    const { owners } = await session.api.call<{ owners: OwnerRow[] }>(call)
    await showList(session, OWNERS_VIEW, [owners])
  },
})

export const ownershipCommands: Command[] = [ownershipTransfer, ownershipShow]
