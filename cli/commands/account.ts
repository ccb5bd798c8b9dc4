import { plainJson } from '../../shared/audit/plain-text.ts'
import type { AccountDetails, AccountView, ChangedAccount } from '../../shared/resources/accounts.ts'
import { objectName } from '../../shared/resources/name-input.ts'
import { sayOwned } from '../../shared/resources/say-owned.ts'
import { ALL_SO_ALREADY, changedLines } from '../before-after.ts'
import { type Command, command, type Session } from '../command.ts'
import { dropCommand } from '../drop-command.ts'
import { contradicting } from '../failure.ts'
import { DRY_RUN, dryRunQuery, oneOfWords, optional, repeated, textFor, truth } from '../flags.ts'
import { type ListView, showList } from '../output.ts'

const ACCOUNTS = ['admin', 'accounts']
const ACCOUNT_NAME = { name: 'ACCOUNT', help: 'the account; --account is not needed beside it' }

const ACCOUNT_VIEW: ListView<AccountView> = {
  table: [
    { header: 'ACCOUNT', get: ({ account }) => account },
    { header: 'NETWORK POLICY', get: ({ networkPolicy }) => networkPolicy },
    { header: 'SEPARATE USER NAMES', get: ({ separateUserNames }) => separateUserNames },
    { header: 'CREATED', get: ({ createdAt }) => createdAt },
  ],
}

const accountList = command({
  words: 'account list',
  summary: 'Show the accounts of the deployment',
  flags: {},
  examples: ['rolecall account list', 'rolecall account list --output csv'],
  run: async (session) => {
    const { accounts } = await session.api.call<{ accounts: AccountView[] }>({ path: ACCOUNTS })
    await showList(session, ACCOUNT_VIEW, [accounts])
  },
})

const accountCreate = command({
  words: 'account create',
  summary: 'Make an account; "integration create" does so too where it is new',
  operands: [{ name: 'ACCOUNT', help: 'small letters, digits and hyphens, at most 63' }],
  flags: {},
  outputs: [],
  examples: ['rolecall account create acme'],
  run: async ({ api, terminal }, _values, name = '') => {
    const { account } = await api.call<AccountView>({ method: 'POST', path: ACCOUNTS, body: { name } })
    await terminal.write(`Created ${account}\n`)
  },
})

const UNSET_ACCOUNT = { 'network-policy': 'networkPolicy' } as const
const UNSET_ACCOUNT_NAMES = Object.keys(UNSET_ACCOUNT) as (keyof typeof UNSET_ACCOUNT)[]

const accountSettings = command({
  words: 'account settings',
  summary: 'Show the settings of an account and what is in it, or change them',
  operands: [ACCOUNT_NAME],
  flags: {
    'network-policy': optional(
      'NAME',
      'the network policy for integrations that have none of their own',
      textFor(objectName),
    ),
    'separate-user-names': truth('whether users have a name (snowflakeUserName) apart from the one to sign in with'),
    unset: {
      ...repeated(
        'SETTING',
        `take away ${UNSET_ACCOUNT_NAMES.join(', ')} (repeatable)`,
        oneOfWords(UNSET_ACCOUNT_NAMES),
      ),
      choices: UNSET_ACCOUNT_NAMES,
    },
    'dry-run': DRY_RUN,
  },
  outputs: ['table', 'json'],
  examples: [
    'rolecall account settings acme',
    'rolecall account settings acme --network-policy OFFICE --dry-run',
    'rolecall account settings acme --unset network-policy',
    'rolecall account settings acme --separate-user-names true',
  ],
  check: ({ unset, 'network-policy': policy }) => {
    if (policy !== undefined && unset.length > 0) {
      throw contradicting('--network-policy', '--unset network-policy')
    }
  },
  run: async (session, { unset, 'dry-run': isDryRun, ...named }, name = '') => {
    const path = [...ACCOUNTS, name]
    const taken = Object.fromEntries(unset.map((setting) => [UNSET_ACCOUNT[setting], null]))
    const body = { networkPolicy: named['network-policy'], separateUserNames: named['separate-user-names'], ...taken }
    if (Object.values(body).every((value) => value === undefined))
      return showAccount(session, await session.api.call<AccountDetails>({ path }))
    const call = { method: 'PATCH' as const, path, query: dryRunQuery(isDryRun), body }
    const changed = await session.api.call<ChangedAccount>(call)
    await showAccount(session, changed)
    session.terminal.tell(sayWhom(changed, isDryRun))
    return undefined
  },
})

function sayWhom({ changes, spreadTo }: ChangedAccount, isDryRun: boolean): string {
  if (changes.length + spreadTo.length === 0) return ALL_SO_ALREADY
  const whom = spreadTo.join(', ') || 'no integration'
  return isDryRun ? `It would change ${whom}; nothing was changed` : `It has changed ${whom}, within a minute`
}

async function showAccount(
  { terminal, output }: Session,
  view: AccountDetails & Partial<Pick<ChangedAccount, 'changes'>>,
): Promise<undefined> {
  const lines = () =>
    changedLines(view, view.changes, ({ account, networkPolicy, separateUserNames, integrations, ...more }) => [
      ['Account', account],
      ['Network policy', networkPolicy],
      ['Separate user names', String(separateUserNames)],
      ['Integrations', integrations.join(', ') || 'none'],
      ['Holds', sayOwned(more)],
      ['Created', more.createdAt],
    ])
  await terminal.write(`${output === 'json' ? plainJson(view, 2) : lines()}\n`)
}

const accountDrop = dropCommand({
  words: 'account drop',
  summary: 'Take away an account that holds no integration, user or role',
  ...{ operand: ACCOUNT_NAME, path: ACCOUNTS, example: 'acme' },
})

/** The accounts of a deployment. */
export const accountCommands: Command[] = [accountList, accountCreate, accountSettings, accountDrop]
