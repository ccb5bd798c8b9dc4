import { randomBytes } from 'node:crypto'
import { relative } from 'node:path'
import { CORE_USER } from '../shared/scim/schemas/core-user.ts'
import type { Options } from './options.ts'
import type { System } from './system.ts'

/** What the terminal says once requests are served: the address, the tokens, and the first two things to try. */
export function banner(system: System, options: Options): string {
  const tokens = Object.entries(system.tokens).map(([name, token]) => `  ${name.padEnd(22)}${token}`)
  return `
Rolecall is ready: SCIM 2.0 at ${system.baseUrl}
${whereDataIs(options)}

A fresh token for each integration (shown now and never again):
${tokens.join('\n')}

Create a user:
  ${createUser(system)}

See the requests of the last five minutes:
  npx rolecall event-history --last 5m --limit 200

Ctrl-C stops everything.
`
}

function whereDataIs({ memory, folder }: Options): string {
  if (memory) return 'Data is kept in memory and lost at the end.'
  return `Data is kept in ${relative(process.cwd(), folder) || folder}.`
}

/** A line to paste into a shell. The name is new each time, so that it works after a restart as well. */
function createUser({ baseUrl, tokens }: System): string {
  const user = { schemas: [CORE_USER], userName: `ada-${randomBytes(3).toString('hex')}@example.com` }
  const headers = [`Authorization: Bearer ${tokens.OKTA_PROVISIONING}`, 'Content-Type: application/scim+json']
  return `curl -sS ${baseUrl}/Users ${headers.map((header) => `-H '${header}'`).join(' ')} -d '${JSON.stringify(user)}'`
}
