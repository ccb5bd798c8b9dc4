import { plainJson } from '../../shared/audit/plain-text.ts'
import { many } from '../../shared/resources/say-owned.ts'
import type { ChangedOAuth, NewSecret, OAuthClientView } from '../../shared/resources/views/oauth-client.ts'
import type { LastUse } from '../../shared/resources/views/token.ts'
import { ALL_SO_ALREADY } from '../before-after.ts'
import { type Command, command, type Session } from '../command.ts'
import { UsageError } from '../failure.ts'
import { DRY_RUN, dryRunQuery, optional, repeated, someText, toggle } from '../flags.ts'
import { integrationPath } from '../integrations.ts'
import { loadPublicKeys } from '../key-file.ts'
import { reserveSecretFile } from '../secret-file.ts'
import { toLines } from '../table.ts'

const CLIENT_OF = { name: 'INTEGRATION', help: 'the integration, in any letter case' }
const SECRET_FILE = {
  'output-file': optional('PATH', 'write the secret to a new file that only you can read, and show nothing', someText),
}

const oauthEnable = command({
  words: 'integration oauth enable',
  summary: 'Make an OAuth 2.0 client for an integration: its secret has no end and is shown once',
  operands: [CLIENT_OF],
  flags: SECRET_FILE,
  outputs: ['table', 'json'],
  examples: [
    'rolecall integration oauth enable GENERIC_PROVISIONING',
    'rolecall integration oauth enable GENERIC_PROVISIONING --output-file client.secret',
  ],
  run: (session, { 'output-file': path }, integration) =>
    withSecret(session, path, () =>
      session.api.call<NewSecret>({ method: 'POST', path: integrationPath(integration, 'oauth') }),
    ),
})

const oauthRotate = command({
  words: 'integration oauth rotate',
  summary: 'Make a new client secret; the old one works on for a while, so that nothing stops',
  operands: [CLIENT_OF],
  flags: {
    overlap: optional('SPAN', 'how long the old secret works on, 0m to 30d (default 7d)', someText),
    ...SECRET_FILE,
  },
  outputs: ['table', 'json'],
  examples: ['rolecall integration oauth rotate GENERIC_PROVISIONING --overlap 2d'],
  run: (session, { overlap, 'output-file': path }, integration) => {
    const call = { method: 'POST' as const, path: integrationPath(integration, 'oauth', 'rotate'), body: { overlap } }
    return withSecret(session, path, () => session.api.call<NewSecret>(call))
  },
})

/** The file is there before the secret is, so that no secret is made in vain. */
async function withSecret(
  session: Session,
  path: string | undefined,
  make: () => Promise<NewSecret>,
): Promise<undefined> {
  const file = path === undefined ? undefined : reserveSecretFile(path)
  try {
    const { clientSecret, ...view } = await make()
    file?.write(`${clientSecret}\n`)
    if (session.output === 'json') {
      const shown = path === undefined ? { clientSecret } : { writtenTo: path }
      await session.terminal.write(`${plainJson({ ...view, ...shown, ...oauthAddressesOf(session) }, 2)}\n`)
      return
    }
    session.terminal.tell(toLines([...clientLines(session, view), ['Secret written to', path]]))
    if (path !== undefined) return
    if (session.terminal.isPerson) session.terminal.tell('\nThe client secret, shown now and never again:')
    await session.terminal.write(`${clientSecret}\n`)
  } finally {
    file?.close()
  }
}

const oauthShow = command({
  words: 'integration oauth show',
  summary: 'Show how the OAuth client of an integration proves who it is',
  operands: [CLIENT_OF],
  flags: {},
  outputs: ['table', 'json'],
  examples: ['rolecall integration oauth show GENERIC_PROVISIONING'],
  run: async (session, _values, integration) => {
    await showClient(session, await session.api.call<UsedClient>({ path: integrationPath(integration, 'oauth') }))
  },
})

const KEY_FLAGS = {
  file: optional('PATH', 'a file with public keys, at most 5: a JWK, a set of them (JWKS), or PEM', someText),
  'jwks-uri': optional('URL', 'the address where the client publishes its keys', someText),
  remove: toggle('take its keys away'),
}

const oauthKeys = command({
  words: 'integration oauth keys',
  summary: 'Let a client sign assertions with keys of its own instead of sending a secret (private_key_jwt)',
  operands: [CLIENT_OF],
  flags: KEY_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall integration oauth keys GENERIC_PROVISIONING --file client.jwks.json',
    'rolecall integration oauth keys GENERIC_PROVISIONING --jwks-uri https://idp.example.com/jwks',
    'rolecall integration oauth keys GENERIC_PROVISIONING --remove',
  ],
  check: ({ file, 'jwks-uri': uri, remove }) => {
    const given = [file !== undefined, uri !== undefined, remove].filter(Boolean).length
    if (given !== 1) throw new UsageError('Give one of --file, --jwks-uri and --remove')
  },
  run: async (session, { file, 'jwks-uri': jwksUri }, integration) => {
    const keys = file === undefined ? null : loadPublicKeys(file)
    const body = { keys, jwksUri: jwksUri ?? null }
    await changeClient(session, integration, body)
  },
})

const TRUST_FLAGS = {
  issuer: { ...optional('URL', 'who signs the assertions, as their iss says (required)', someText) },
  subject: { ...optional('TEXT', 'whom they are about, as their sub says (required)', someText) },
  audience: repeated('TEXT', 'what their aud may be (repeatable; required unless --remove)', someText),
  'jwks-uri': optional('URL', 'where the issuer publishes its keys (required unless --remove)', someText),
  remove: toggle('trust this issuer and subject no longer'),
}

const oauthTrust = command({
  words: 'integration oauth trust',
  summary: "Let assertions of another issuer stand for a client, such as those of Entra's workload identities",
  operands: [CLIENT_OF],
  flags: TRUST_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall integration oauth trust GENERIC_PROVISIONING --issuer https://login.microsoftonline.com/TENANT/v2.0 --subject OBJECT_ID --audience api://CLIENT --jwks-uri https://login.microsoftonline.com/TENANT/discovery/v2.0/keys',
    'rolecall integration oauth trust GENERIC_PROVISIONING --issuer https://login.microsoftonline.com/TENANT/v2.0 --subject OBJECT_ID --remove',
  ],
  check: ({ issuer, subject, audience, 'jwks-uri': uri, remove }) => {
    if (issuer === undefined || subject === undefined) throw new UsageError('Give both --issuer and --subject')
    if (remove && (audience.length > 0 || uri !== undefined)) {
      throw new UsageError('--remove goes with --issuer and --subject alone')
    }
    if (!remove && (audience.length === 0 || uri === undefined)) {
      throw new UsageError('Give --audience and --jwks-uri as well, or --remove')
    }
  },
  run: async (session, { issuer, subject, audience, 'jwks-uri': jwksUri, remove }, integration) => {
    const who = { issuer, subject }
    const trusts = remove ? { remove: [who] } : { add: [{ ...who, audiences: audience, jwksUri }] }
    await changeClient(session, integration, { trusts })
  },
})

/** Changes what a client proves itself with, and says so where all of it was so already. */
async function changeClient(session: Session, integration: string | undefined, body: object): Promise<void> {
  const call = { method: 'PATCH' as const, path: integrationPath(integration, 'oauth'), body }
  const changed = await session.api.call<ChangedOAuth>(call)
  await showClient(session, changed)
  if (changed.changes.length === 0) session.terminal.tell(ALL_SO_ALREADY)
}

const oauthDisable = command({
  words: 'integration oauth disable',
  summary: 'Take the OAuth client of an integration away, with its secrets, trusts and access tokens',
  operands: [CLIENT_OF],
  flags: { 'dry-run': DRY_RUN },
  outputs: [],
  examples: [
    'rolecall integration oauth disable GENERIC_PROVISIONING --dry-run',
    'rolecall integration oauth disable GENERIC_PROVISIONING',
  ],
  run: async ({ api, terminal }, { 'dry-run': isDryRun }, name) => {
    const call = { method: 'DELETE' as const, path: integrationPath(name, 'oauth'), query: dryRunQuery(isDryRun) }
    const { integration, clientId, secrets, trusts } = await api.call<OAuthClientView>(call)
    const has = [many(secrets.length, 'secret'), many(trusts.length, 'trust')].join(', ')
    await terminal.write(
      isDryRun
        ? `${integration} would have no OAuth client any more; ${clientId} has ${has}, and its access tokens\n`
        : `${integration} has no OAuth client any more\n`,
    )
    if (isDryRun) terminal.tell('Nothing was changed')
  },
})

const oauthAddressesOf = ({ api }: Session) => ({ tokenEndpoint: `${api.url}/oauth2/token`, scope: 'scim' })

async function showClient(session: Session, view: UsedClient): Promise<void> {
  const { terminal, output } = session
  const asJson = () => plainJson({ ...view, ...oauthAddressesOf(session) }, 2)
  await terminal.write(`${output === 'json' ? asJson() : toLines(clientLines(session, view))}\n`)
}

/** With its last use, where that is told. */
type UsedClient = OAuthClientView & Partial<LastUse>
type Line = readonly [string, string | undefined]

function clientLines(session: Session, view: UsedClient): Line[] {
  const { tokenEndpoint, scope } = oauthAddressesOf(session)
  const secrets = view.secrets.map(
    ({ createdAt, endsAt }): Line => ['Secret', `made ${createdAt}, ${endsAt ? `ends ${endsAt}` : 'has no end'}`],
  )
  const keys = view.keys?.map(({ kid, kty }): Line => ['Key', `${kid ?? 'without an id'} (${kty})`]) ?? []
  const trusts = view.trusts.map(
    ({ issuer, subject, audiences }): Line => ['Trusts', `${subject} of ${issuer}, for ${audiences.join(', ')}`],
  )
  return [
    ['Integration', view.integration],
    ['Client id', view.clientId],
    ['Token endpoint', tokenEndpoint],
    ['Scope', scope],
    ...secrets,
    ...keys,
    ['Keys from', view.jwksUri],
    ...trusts,
    ['Last used', view.lastUsedAt],
    ['Used from', view.usedFrom?.map(({ address }) => address).join(', ')],
    ['Created', `${view.createdAt} by ${view.createdBy}`],
  ]
}

export const oauthCommands: Command[] = [oauthEnable, oauthShow, oauthRotate, oauthKeys, oauthTrust, oauthDisable]
