import { isTokenId } from '../../shared/auth/token.ts'
import { tokenName } from '../../shared/resources/token-input.ts'
import type { IssuedToken, TokenView } from '../../shared/resources/tokens.ts'
import { type Command, command, type Session } from '../command.ts'
import { UsageError } from '../failure.ts'
import { optional, someText } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import { plainJson } from '../plain-text.ts'
import { reserveSecretFile } from '../secret-file.ts'
import { toLines } from '../table.ts'

const INTEGRATION = { name: 'INTEGRATION', help: 'the integration, in any letter case' }
const pathOf = (integration: string | undefined) => ['admin', 'integrations', integration ?? '', 'tokens']
const WARN_DAYS = 30

const TOKEN_VIEW: ListView<TokenView> = {
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

const tokenIssue = command({
  words: 'token issue',
  summary: 'Make a token for an integration: it works for six months and is shown once',
  operands: [INTEGRATION],
  flags: {
    name: optional('TEXT', 'what the list calls it (default: the day)', tokenName),
    'output-file': optional('PATH', 'write it to a new file that only you can read, and show nothing', someText),
  },
  outputs: ['table', 'json'],
  examples: [
    'rolecall token issue OKTA_PROVISIONING --name "Okta production"',
    'rolecall token issue OKTA_PROVISIONING --output-file okta.token',
    'TOKEN=$(rolecall token issue GENERIC_PROVISIONING)',
  ],
  run: async (session, { name, 'output-file': path }, integration) => {
    const file = path === undefined ? undefined : reserveSecretFile(path)
    try {
      const call = { method: 'POST' as const, path: pathOf(integration), body: { name } }
      const issued = await session.api.call<IssuedToken>(call)
      file?.write(`${issued.token}\n`)
      await showOnce(session, issued, path)
    } finally {
      file?.close()
    }
  },
})

/** A script that captures the output gets the token and nothing else; what is for people goes beside it. */
async function showOnce(
  { api, terminal, output }: Session,
  { token, ...rest }: IssuedToken,
  path: string | undefined,
): Promise<void> {
  if (output === 'json') {
    const shown = path === undefined ? { token } : { writtenTo: path }
    return terminal.write(`${plainJson({ ...rest, ...shown }, 2)}\n`)
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
  await terminal.write(`${token}\n`)
}

const tokenList = command({
  words: 'token list',
  summary: 'Show the tokens of an integration, ended ones included; their text is kept nowhere',
  operands: [INTEGRATION],
  flags: {},
  examples: ['rolecall token list OKTA_PROVISIONING', 'rolecall token list OKTA_PROVISIONING --output csv'],
  run: async (session, _values, integration) => {
    const { tokens } = await session.api.call<{ tokens: TokenView[] }>({ path: pathOf(integration) })
    await showList(session, TOKEN_VIEW, [tokens])
    for (const { name, status, daysLeft } of tokens) {
      if (status === 'live' && daysLeft <= WARN_DAYS) {
        const next = session.hint(`token issue ${integration}`)
        session.terminal.tell(`Token ${plainJson(name)} expires in ${daysLeft} days: issue a new one with "${next}"`)
      }
    }
  },
})

const tokenRevoke = command({
  words: 'token revoke',
  summary: 'End a token for good; it is refused within a minute',
  operands: [{ name: 'TOKEN_ID', help: 'the id that "rolecall token list" shows' }],
  flags: {},
  outputs: [],
  examples: ['rolecall token revoke 3fTq0Zr8LkWb2NcXyV9aHs'],
  check: (_values, tokenId = '') => refuseWholeToken(tokenId),
  run: async ({ api, terminal }, _values, tokenId = '') => {
    await api.call({ method: 'DELETE', path: ['admin', 'tokens', tokenId] })
    await terminal.write(`Revoked ${tokenId}\n`)
  },
})

/** A secret on a command line is in the shell's history already; it shall not reach the event history as well. */
function refuseWholeToken(tokenId: string): void {
  if (isTokenId(tokenId)) return
  throw new UsageError('That is no token id: give the 22 letters and digits that "rolecall token list" shows, no token')
}

export const tokenCommands: Command[] = [tokenIssue, tokenList, tokenRevoke]
