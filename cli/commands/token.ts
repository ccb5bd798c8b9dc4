import { plainJson } from '../../shared/audit/plain-text.ts'
import { parseSpan, SPAN_RULE } from '../../shared/auth/span.ts'
import { isTokenId } from '../../shared/auth/token.ts'
import { tokenName } from '../../shared/resources/token-input.ts'
import type { RotatedToken } from '../../shared/resources/token-rotation.ts'
import type { RevokedToken, RevokedTokens } from '../../shared/resources/tokens.ts'
import type { IssuedToken, TokenView } from '../../shared/resources/views/token.ts'
import { type Command, command, type ExitCode, type FlagValues, type Session } from '../command.ts'
import { contradicting, UsageError } from '../failure.ts'
import { DRY_RUN, dryRunQuery, expiry, optional, someText, toggle } from '../flags.ts'
import { fetchTokens, integrationPath, tokenPath } from '../integrations.ts'
import { showList } from '../output.ts'
import { tokenCheck } from './token-check.ts'
import { ALL_TOKENS_VIEW, makeShown, TOKEN_VIEW } from './token-view.ts'

const INTEGRATION = { name: 'INTEGRATION', help: 'the integration, in any letter case' }
const TOKEN_ID = { name: 'TOKEN_ID', help: 'the id that "rolecall token list" shows' }
const WARN_DAYS = 30

const span = someText.refine((text) => parseSpan(text) !== undefined, { error: SPAN_RULE })

const NEW_TOKEN_FLAGS = {
  life: optional('SPAN', 'work for less than six months: 30d, 12h', span),
  expires: optional('DATE', 'work until the end of a day (UTC) or an instant, in less than six months', expiry),
  'output-file': optional('PATH', 'write it to a new file that only you can read, and show nothing', someText),
}
const ISSUE_FLAGS = {
  name: optional('TEXT', 'what the list calls it (default: the day)', tokenName),
  ...NEW_TOKEN_FLAGS,
}
const ROTATE_FLAGS = {
  name: optional('TEXT', 'what the list calls it (default: the old name with the day)', tokenName),
  overlap: optional('SPAN', 'how long the old token goes on (default 7d)', span),
  ...NEW_TOKEN_FLAGS,
}

/** @throws {UsageError} where its end is said twice. */
function checkLife({ life, expires }: Pick<FlagValues<typeof ISSUE_FLAGS>, 'life' | 'expires'>): void {
  if (life === undefined || expires === undefined) return
  throw contradicting('--life', '--expires')
}

const toBody = ({ name, life, expires }: FlagValues<typeof ISSUE_FLAGS>) => ({ name, life, expiresAt: expires })

const tokenIssue = command({
  words: 'token issue',
  summary: 'Make a token for an integration: it works for six months or less and is shown once',
  operands: [INTEGRATION],
  flags: ISSUE_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall token issue OKTA_PROVISIONING --name "Okta production"',
    'rolecall token issue OKTA_PROVISIONING --output-file okta.token',
    'rolecall token issue GENERIC_PROVISIONING --life 30d',
    'TOKEN=$(rolecall token issue GENERIC_PROVISIONING)',
  ],
  check: checkLife,
  run: async (session, values, integration) => {
    const call = { method: 'POST' as const, path: integrationPath(integration, 'tokens'), body: toBody(values) }
    await makeShown(session, values['output-file'], () => session.api.call<IssuedToken>(call))
  },
})

const tokenRotate = command({
  words: 'token rotate',
  summary: 'Make a token in place of another, which goes on for a while and ends by itself',
  operands: [TOKEN_ID],
  flags: ROTATE_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall token rotate 3fTq0Zr8LkWb2NcXyV9aHs',
    'rolecall token rotate 3fTq0Zr8LkWb2NcXyV9aHs --overlap 14d --output-file new.token',
  ],
  check: (values, tokenId = '') => {
    refuseWholeToken(tokenId)
    checkLife(values)
  },
  run: async (session, values, tokenId = '') => {
    const body = { ...toBody(values), overlap: values.overlap }
    const call = { method: 'POST' as const, path: tokenPath(tokenId, 'rotate'), body }
    const { replaces } = await makeShown(session, values['output-file'], () => session.api.call<RotatedToken>(call))
    session.terminal.tell(`\nThe old token ${plainJson(replaces.name)} goes on until ${replaces.expiresAt}`)
  },
})

const tokenRename = command({
  words: 'token rename',
  summary: 'Give a token another name',
  operands: [TOKEN_ID, { name: 'NAME', help: 'what the list calls it from now on' }],
  flags: {},
  outputs: [],
  examples: ['rolecall token rename 3fTq0Zr8LkWb2NcXyV9aHs "Okta production"'],
  check: (_values, tokenId = '') => refuseWholeToken(tokenId),
  run: async ({ api, terminal }, _values, tokenId = '', name) => {
    const view = await api.call<TokenView>({ method: 'PATCH', path: tokenPath(tokenId), body: { name } })
    await terminal.write(`Renamed ${tokenId} to ${plainJson(view.name)}\n`)
  },
})

const tokenList = command({
  words: 'token list',
  summary: 'Show the tokens of an integration or of all, ended ones included; their text is kept nowhere',
  operands: [{ ...INTEGRATION, help: 'the integration (default: all of the account)', mayBeAbsent: true }],
  flags: {},
  examples: ['rolecall token list OKTA_PROVISIONING', 'rolecall token list --output csv'],
  run: async (session, _values, integration) => {
    const tokens = await fetchTokens(session.api, integration)
    await showList(session, integration === undefined ? ALL_TOKENS_VIEW : TOKEN_VIEW, [tokens])
    for (const { tokenId, name, status, daysLeft, rotatedTo } of tokens) {
      if (status === 'live' && daysLeft <= WARN_DAYS && rotatedTo === undefined) {
        const next = session.hint(`token rotate ${tokenId}`)
        session.terminal.tell(`Token ${plainJson(name)} expires in ${daysLeft} days: make a new one with "${next}"`)
      }
    }
  },
})

const REVOKE_FLAGS = {
  all: toggle('end every live token of an integration, whose name is given in place of an id'),
  'dry-run': DRY_RUN,
}

const tokenRevoke = command({
  words: 'token revoke',
  summary: 'End a token, or all of an integration, for good and at once',
  operands: [{ name: 'TOKEN_ID', help: 'the id that "rolecall token list" shows; with --all the integration' }],
  flags: REVOKE_FLAGS,
  outputs: [],
  examples: [
    'rolecall token revoke 3fTq0Zr8LkWb2NcXyV9aHs',
    'rolecall token revoke --all OKTA_PROVISIONING --dry-run',
    'rolecall token revoke --all OKTA_PROVISIONING',
  ],
  check: ({ all }, given = '') => (all ? undefined : refuseWholeToken(given)),
  run: (session, { all, 'dry-run': isDryRun }, given = '') =>
    all ? revokeAll(session, given, isDryRun) : revokeOne(session, given, isDryRun),
})

const sayRevoked = (id: string, isDryRun: boolean): string => `${isDryRun ? 'Would revoke' : 'Revoked'} ${id}\n`

async function revokeOne({ api, terminal }: Session, tokenId: string, isDryRun: boolean): Promise<ExitCode> {
  const call = { method: 'DELETE' as const, path: tokenPath(tokenId), query: dryRunQuery(isDryRun) }
  const { outcome, revokedAt } = await api.call<RevokedToken>(call)
  if (outcome === 'revoked') await terminal.write(sayRevoked(tokenId, isDryRun))
  else terminal.tell(`It was revoked already, at ${revokedAt}`)
  if (isDryRun) terminal.tell('Nothing was changed')
  return undefined
}

async function revokeAll({ api, terminal, hint }: Session, name: string, isDryRun: boolean): Promise<ExitCode> {
  const call = { method: 'DELETE' as const, path: integrationPath(name, 'tokens'), query: dryRunQuery(isDryRun) }
  const { revoked, oauthClient } = await api.call<RevokedTokens>(call)
  const ended = oauthClient ? [...revoked, `the access tokens of OAuth client ${oauthClient}`] : revoked
  if (ended.length === 0) terminal.tell('There was no live token')
  else await terminal.write(ended.map((id) => sayRevoked(id, isDryRun)).join(''))
  if (isDryRun) terminal.tell('Nothing was changed')
  else if (oauthClient)
    terminal.tell(`It can get new ones until "${hint(`integration oauth rotate ${name} --overlap 0m`)}"`)
  return undefined
}

/** A secret on a command line is in the shell's history already; it shall not reach the event history as well. */
function refuseWholeToken(tokenId: string): void {
  if (isTokenId(tokenId)) return
  throw new UsageError('That is no token id: give the 22 letters and digits that "rolecall token list" shows, no token')
}

export const tokenCommands: Command[] = [...[tokenIssue, tokenList, tokenCheck, tokenRotate, tokenRename, tokenRevoke]]
