import * as z from 'zod'
import { plainJson } from '../../shared/audit/plain-text.ts'
import { PRIVILEGES } from '../../shared/auth/privileges.ts'
import type { ChangedProvisioner, ProvisionerView } from '../../shared/resources/provisioners.ts'
import { many } from '../../shared/resources/say-owned.ts'
import { ALL_SO_ALREADY, changedLines } from '../before-after.ts'
import { type Command, command } from '../command.ts'
import { dropCommand } from '../drop-command.ts'
import { UsageError } from '../failure.ts'
import { DRY_RUN, dryRunQuery, oneOfWords } from '../flags.ts'
import { type ListView, showList } from '../output.ts'

const PROVISIONERS = ['admin', 'provisioners']
const ROLE = { name: 'ROLE', help: 'the role that integrations run as, in any letter case' }
const PRIVILEGE_NAMES = PRIVILEGES.join(', ')
const PRIVILEGE_OPERAND = {
  ...{ name: 'PRIVILEGE', help: `${PRIVILEGE_NAMES}; several with commas between them`, choices: PRIVILEGES },
}

const PROVISIONER_VIEW: ListView<ProvisionerView> = {
  table: [
    { header: 'ROLE', get: ({ role }) => role },
    { header: 'PRIVILEGES', get: ({ privileges }) => privileges.join(', ') },
    { header: 'INTEGRATIONS', get: ({ integrations }) => integrations.join(', ') },
    { header: 'USERS', get: ({ owns }) => owns.users },
    { header: 'ROLES', get: ({ owns }) => owns.roles },
  ],
}

const provisionerList = command({
  words: 'provisioner list',
  summary: 'Show the roles that integrations run as, what they may do and what they own',
  flags: {},
  examples: ['rolecall provisioner list', 'rolecall provisioner list --output csv'],
  run: async (session) => {
    const { provisioners } = await session.api.call<{ provisioners: ProvisionerView[] }>({ path: PROVISIONERS })
    await showList(session, PROVISIONER_VIEW, [provisioners])
  },
})

const provisionerShow = command({
  words: 'provisioner show',
  summary: 'Show one role that integrations run as',
  operands: [ROLE],
  flags: {},
  outputs: ['table', 'json'],
  examples: ['rolecall provisioner show OKTA_PROVISIONER'],
  run: async ({ api, terminal, output }, _values, role = '') => {
    const view = await api.call<ProvisionerView>({ path: [...PROVISIONERS, role] })
    await terminal.write(`${output === 'json' ? plainJson(view, 2) : changedLines(view, [], provisionerMembers)}\n`)
  },
})

const provisionerMembers = ({ role, privileges, integrations, owns, ...made }: ProvisionerView) =>
  [
    ['Role', role],
    ['Privileges', privileges.join(', ') || 'none'],
    ['Integrations', integrations.join(', ') || 'none'],
    ['Users owned', owns.users],
    ['Roles owned', owns.roles],
    ['Created', `${made.createdAt} by ${made.createdBy}`],
  ] satisfies [string, string | number][]

const privilegeWord = oneOfWords(PRIVILEGES)

/** The privileges in an operand: `createUser,monitorUser`. @throws {UsageError} */
function parsePrivileges(text: string): z.output<typeof privilegeWord>[] {
  const { success, data } = z.array(privilegeWord).safeParse(text.split(','))
  if (success) return data
  throw new UsageError(
    `PRIVILEGE ${JSON.stringify(text)}: expected some of ${PRIVILEGE_NAMES}, with commas between them`,
  )
}

const privilegeCommand = (verb: 'grant' | 'revoke', summary: string, example: string): Command =>
  command({
    words: `provisioner ${verb}`,
    summary,
    operands: [ROLE, PRIVILEGE_OPERAND],
    flags: { 'dry-run': DRY_RUN },
    outputs: ['table', 'json'],
    examples: [`rolecall provisioner ${verb} ${example}`, `rolecall provisioner ${verb} ${example} --dry-run`],
    check: (_values, _role, privileges = '') => void parsePrivileges(privileges),
    run: async ({ api, terminal, output }, { 'dry-run': isDryRun }, role = '', privileges = '') => {
      const body = { [verb]: parsePrivileges(privileges) }
      const call = { method: 'PATCH' as const, path: [...PROVISIONERS, role], query: dryRunQuery(isDryRun), body }
      const changed = await api.call<ChangedProvisioner>(call)
      const lines = () => changedLines(changed, changed.isNew ? [] : changed.changes, provisionerMembers)
      await terminal.write(`${output === 'json' ? plainJson(changed, 2) : lines()}\n`)
      terminal.tell(sayChanged(changed, isDryRun))
    },
  })

function sayChanged({ role, changes, isNew, tokens }: ChangedProvisioner, isDryRun: boolean): string {
  if (isNew) {
    const made = isDryRun ? `Role ${role} would be made; nothing was changed` : `Made role ${role}`
    return `${made}. No integration runs as it yet`
  }
  if (changes.length === 0) return ALL_SO_ALREADY
  if (isDryRun) return `These would be the privileges of ${many(tokens, 'live token')}; nothing was changed`
  return `Within a minute these are the privileges of ${many(tokens, 'live token')}`
}

const provisionerDrop = dropCommand({
  words: 'provisioner drop',
  summary: 'Take a role away that no integration runs as and that owns nothing',
  ...{ operand: ROLE, path: PROVISIONERS, example: 'HR_PROVISIONER' },
})

/** The roles that integrations run as. */
export const provisionerCommands: Command[] = [
  provisionerList,
  provisionerShow,
  privilegeCommand(
    'grant',
    'Give a role privileges, for all its integrations; makes it where it is new',
    'HR_PROVISIONER monitorUser',
  ),
  privilegeCommand(
    'revoke',
    'Take privileges away from a role, for all its integrations',
    'HR_PROVISIONER monitorUser',
  ),
  provisionerDrop,
]
