/** Tries a deployment: `npm run smoke -- --url https://scim.example.com/scim/v2 --token TOKEN --admin-url https://scim.example.com`. */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { openApi } from '../../cli/api.ts'
import { findTarget } from '../../cli/target.ts'
import { processTerminal } from '../../cli/terminal.ts'
import { clean } from './clean.ts'
import { smoke } from './smoke.ts'

const USAGE = `Tries a deployment by what identity providers send, and takes away what it made.

Usage: npm run smoke -- --url URL --token TOKEN [options]

  --url URL            the SCIM base URL
  --token TOKEN        a token of any integration, which may create users and roles
  --client KIND        kind of its integration: OKTA, AZURE or GENERIC (default OKTA)
  --admin-url URL      also asks what administrators ask, signed by AWS credentials
  --account NAME       account of the token (default "default")
  --region, --profile  for --admin-url
  --clean PREFIX       only takes away what an earlier run left
`

async function main(): Promise<number> {
  const text = { type: 'string' } as const
  const options = {
    url: text,
    token: text,
    'admin-url': text,
    client: text,
    account: text,
    region: text,
    profile: text,
    clean: text,
  }
  const { values } = parseArgs({ options: { ...options, 'data-dir': text, help: { type: 'boolean' } } })
  const { url, token, 'admin-url': adminUrl, account, clean: left, help, client: _client, ...rest } = values
  const client = (['OKTA', 'AZURE', 'GENERIC'] as const).find(
    (kind) => kind === (values.client ?? 'OKTA').toUpperCase(),
  )
  if (help || !url || !token || !client) {
    process.stdout.write(USAGE)
    return help ? 0 : 2
  }
  const admin = adminUrl ? openApi(await findTarget({ ...rest, url: adminUrl }, processTerminal()), account) : undefined
  const prefix = left ?? `smoke-${randomBytes(4).toString('hex')}-`
  const service = { url: url.replace(/\/$/, ''), token, admin, client, prefix }
  const tell = (line: string) => process.stdout.write(`${line}\n`)
  if (left !== undefined) {
    tell(`${await clean(service)} objects taken away`)
    return 0
  }
  tell(
    `Names begin with ${prefix}; should this be cut off: npm run smoke -- --url ${service.url} --token ... --clean ${prefix}`,
  )
  return (await smoke(service, tell)) === 0 ? 0 : 1
}

process.exitCode = await main()
