import { randomBytes } from 'node:crypto'
import { relative } from 'node:path'
import { CORE_USER } from '../shared/scim/schemas/core-user.ts'
import { optionsOf, ROLECALL, toCommandLine } from './command-line.ts'
import type { DataPlace } from './credentials.ts'
import type { LocalRegion } from './regions/local-regions.ts'
import type { System } from './system.ts'

/** What the terminal is told about a system besides itself. */
export interface Setting {
  /** The data folder. */
  folder: string
  data: DataPlace
  /** The table of another engine, and where that is. */
  elsewhere: string | undefined
}

type Told = 'baseUrl' | 'adminUrl' | 'consoleUrl' | 'tokens' | 'withoutToken' | 'replaced'

/** What it tells of a system; of one of several regions also those, and how long items are on their way. */
export interface Announced extends Pick<System, Told> {
  regions?: LocalRegion[]
  lagMs?: number
}

/** What the terminal says once requests are served: the address, the tokens, and the first two things to try. */
export function banner(system: Announced, setting: Setting): string {
  const parts = [
    `\nConsole: ${system.consoleUrl}`,
    `Rolecall is ready: SCIM 2.0 at ${system.baseUrl}\n${whereDataIs(setting)}`,
    ...regionLines(system),
    tokenLines(system, setting),
    ...firstRequest(system),
    `See the requests of the last five minutes:\n  ${rolecall('event-history --last 5m --limit 200', system, setting)}`,
    'Ctrl-C stops everything.\n',
  ]
  return parts.join('\n\n')
}

function whereDataIs({ folder, data, elsewhere }: Setting): string {
  if (data === 'memory') return 'Data is kept in memory and lost at the end.'
  if (elsewhere) return `Data is kept in ${elsewhere}.`
  return `Data is kept in ${relative(process.cwd(), folder) || folder}.`
}

function regionLines({ adminUrl, regions, lagMs = 0 }: Announced): string[] {
  if (!regions) return []
  const lines = regions.map(
    ({ name, primary, baseUrl }) => `  ${name.padEnd(22)}${primary ? 'primary  ' : 'secondary'}  ${baseUrl}`,
  )
  const lag = lagMs === 0 ? 'at once' : `after ${lagMs / 1000} s, give or take half of it`
  return [[`Two regions; ${adminUrl} leads to the primary one, and items reach the other ${lag}:`, ...lines].join('\n')]
}

function tokenLines(system: Announced, setting: Setting): string {
  const missing = Object.entries(system.withoutToken).map(
    ([name, reason]) => `  ${name.padEnd(22)}none: ${reason}, see "${rolecall(`token list ${name}`, system, setting)}"`,
  )
  const replaced = new Map(Object.entries(system.replaced))
  const tokens = Object.entries(system.tokens).map(([name, token]) => {
    const reason = replaced.get(name)
    return `  ${name.padEnd(22)}${token}${reason ? `  (new: ${reason})` : ''}`
  })
  const life =
    setting.data === 'memory' ? 'for as long as it runs' : 'the same after a restart, new ones with --new-tokens'
  return [`A token for each integration (${life}):`, ...tokens, ...missing].join('\n')
}

const rolecall = (words: string, { adminUrl }: Announced, setting: Setting): string =>
  toCommandLine(`${ROLECALL} ${words}`, optionsOf(adminUrl, setting))

/** A line to paste into a shell. The name is new each time, so that it works after a restart as well. */
function firstRequest({ baseUrl, tokens }: Announced): string[] {
  const [token] = Object.values(tokens)
  if (!token) return []
  const user = { schemas: [CORE_USER], userName: `ada-${randomBytes(3).toString('hex')}@example.com` }
  const headers = [`Authorization: Bearer ${token}`, 'Content-Type: application/scim+json']
  const options = headers.map((header) => `-H '${header}'`).join(' ')
  return [`Create a user:\n  curl -sS ${baseUrl}/Users ${options} -d '${JSON.stringify(user)}'`]
}
