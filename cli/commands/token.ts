import * as z from 'zod'
import type { IssuedToken, TokenView } from '../../shared/resources/tokens.ts'
import { type Command, command, type Session } from '../command.ts'
import { UsageError } from '../failure.ts'
import { formatList, type ListView } from '../output.ts'
import { reserveSecretFile } from '../secret-file.ts'
import { toLines } from '../table.ts'

const INTEGRATION = { name: 'INTEGRATION', help: 'the integration, in any letter case' }
const pathOf = (integration: string | undefined) => ['admin', 'integrations', integration ?? '', 'tokens']
const WARN_DAYS = 30

const VIEW: ListView<TokenView> = {
  table: [
    { header: 'ID', get: ({ tokenId }) => tokenId },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'STATUS', get: ({ status }) => status },
    { header: 'DAYS LEFT', get: ({ status, daysLeft }) => (status === 'live' ? daysLeft : undefined) },
    { header: 'EXPIRES', get: ({ expiresAt }) => expiresAt },
    { header: 'CREATED', get: ({ createdAt }) => createdAt },
    { header: 'CREATED BY', get: ({ createdBy }) => createdBy },
  ],
}

const issue = command({
  words: 'token issue',
  summary: 'Make a token for an integration: it works for six months and is shown once',
  operands: [INTEGRATION],
  flags: {
    name: { value: 'TEXT', help: 'what the list calls it (default: the day)' },
    'output-file': { value: 'PATH', help: 'write it to a new file that only you can read, and show nothing' },
  },
  outputs: ['table', 'json'],
  examples: [
    'rolecall token issue OKTA_PROVISIONING --name "Okta production"',
    'rolecall token issue OKTA_PROVISIONING --output-file okta.token',
    'TOKEN=$(rolecall token issue GENERIC_PROVISIONING)',
  ],
  schema: z.object({ name: z.string().optional(), 'output-file': z.string().min(1, 'expected a path').optional() }),
  run: async (session, { name, 'output-file': path }, integration) => {
    const file = path === undefined ? undefined : reserveSecretFile(path)
    try {
      const call = { method: 'POST' as const, path: pathOf(integration), body: { name } }
      const issued = await session.api.call<IssuedToken>(call)
      file?.write(`${issued.token}\n`)
      showOnce(session, issued, path)
    } finally {
      file?.close()
    }
  },
})

/** A script that captures the output gets the token and nothing else; what is for people goes beside it. */
function showOnce({ api, terminal, output }: Session, { token, ...rest }: IssuedToken, path: string | undefined): void {
  if (output === 'json') {
    const shown = path === undefined ? { token } : { writtenTo: path }
    terminal.print(JSON.stringify({ ...rest, ...shown }, null, 2))
    return
  }
  const about = toLines([
    ['Integration', rest.integration],
    ['Token name', rest.name],
    ['Token id', rest.tokenId],
    ['Expires', rest.expiresAt],
    ['Base URL', `${api.url}/scim/v2`],
    ['Written to', path],
  ])
  terminal.tell(about)
  if (path !== undefined) return
  if (terminal.isPerson) terminal.tell('\nThe token, shown now and never again:')
  terminal.print(token)
}

const list = command({
  words: 'token list',
  summary: 'Show the tokens of an integration, ended ones included; their text is kept nowhere',
  operands: [INTEGRATION],
  flags: {},
  examples: ['rolecall token list OKTA_PROVISIONING', 'rolecall token list OKTA_PROVISIONING --output csv'],
  schema: z.object({}),
  run: async ({ api, terminal, output, hint }, _flags, integration) => {
    const { tokens } = await api.call<{ tokens: TokenView[] }>({ path: pathOf(integration) })
    terminal.print(formatList(tokens, VIEW, output))
    for (const { name, status, daysLeft } of tokens) {
      if (status === 'live' && daysLeft <= WARN_DAYS)
        terminal.tell(toWarning(name, daysLeft, hint(`token issue ${integration}`)))
    }
  },
})

const toWarning = (name: string, daysLeft: number, command: string) =>
  `Token ${JSON.stringify(name)} expires in ${daysLeft} days: issue a new one with "${command}"`

const revoke = command({
  words: 'token revoke',
  summary: 'End a token for good; it is refused within a minute',
  operands: [{ name: 'TOKEN_ID', help: 'the id that "rolecall token list" shows' }],
  flags: {},
  outputs: [],
  examples: ['rolecall token revoke 3fTq0Zr8LkWb2NcXyV9aHs'],
  schema: z.object({}),
  run: async ({ api, terminal }, _flags, tokenId = '') => {
    refuseWholeToken(tokenId)
    await api.call({ method: 'DELETE', path: ['admin', 'tokens', tokenId] })
    terminal.print(`Revoked ${tokenId}`)
  },
})

/** A secret on a command line is in the shell's history already; it shall not reach the event history as well. */
function refuseWholeToken(tokenId: string): void {
  if (/^[0-9A-Za-z]{1,40}$/.test(tokenId)) return
  throw new UsageError('That is no token id: give the 22 letters and digits that "rolecall token list" shows, no token')
}

export const tokenCommands: Command[] = [issue, list, revoke]
