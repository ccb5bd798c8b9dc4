import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DATA_FOLDER } from './folders.ts'

/** What `npm start -- ...` was asked for. */
export interface Options {
  memory: boolean
  /** 0: any free one. */
  port: number
  readyFile: string | undefined
  /** Keeps the data, the tokens and the credentials of the running system. */
  folder: string
  newTokens: boolean
  /** Plays a few days of traffic, in memory. */
  demo: boolean
  /** Whether a client that sends more than the template lets it is answered 429. */
  throttled: boolean
  /** 1, or 2 with what replicates between them. */
  regions: number
  /** How long an item is on its way to the other region. */
  lagMs: number
  help: boolean
}

export const USAGE = `Runs Rolecall on this machine: gateway, functions and table, on 127.0.0.1 only.

Usage: npm start -- [options]

  --port N            port to listen on, 0 for any free one (default 8080)
  --memory            keep nothing: data and tokens are gone when it stops
  --ready-file PATH   write address and tokens there, as JSON, once requests are served
  --data-dir PATH     where data, tokens and credentials are kept (default .rolecall)
  --new-tokens        issue new tokens and revoke those of earlier starts
  --demo              play a few days of Okta and Entra, a request a second, so that the console has something to show;
                      keeps nothing, as --memory does
  --throttle          answer 429 to a client that sends more than a deployment would take of it
  --regions 2         two regions with a table each, behind one address that leads to the primary one; what is written in
                      one reaches the other item by item, late and in no order, as with a global table
  --lag TIME          how long that takes: 500ms, 2s, 1m or 0 (default 2s)
  --help              show this

Tokens are kept with the data and work after a restart; one that no longer works is replaced.
Of several systems with one data folder the CLI talks to the one that keeps its data there, else to the only one;
"rolecall ... --url http://127.0.0.1:PORT" names another.
DYNAMODB_ENDPOINT points it at another engine, or at AWS with the AWS_ variables set; TABLE_NAME names the table there.
That table keeps its data, with --memory or without.

Exit codes: 0 stopped, 1 failed, 2 the command line cannot be understood.
`

/** The command line cannot be understood: exit code 2. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

const DEFAULT_PORT = 8080
/** Within a continent AWS takes from half a second to two and a half. */
const DEFAULT_LAG = '2s'

/** Reads the command line. @throws {OptionError} naming the option and what it takes. */
export function parseOptions(args: readonly string[]): Options {
  const values = parseValues(args)
  const regions = parseRegions(values.regions)
  if (regions === 1 && values.lag !== undefined) {
    throw new OptionError(`--lag ${JSON.stringify(values.lag)}: nothing is on its way with one region, add --regions 2`)
  }
  if (regions === 2 && values.demo) throw new OptionError('--demo plays in one region: leave out --regions 2')
  const readyFile = values['ready-file']
  return {
    memory: values.memory || values.demo,
    port: parsePort(values.port),
    readyFile: readyFile === undefined ? undefined : parsePath('ready-file', readyFile),
    folder: parsePath('data-dir', values['data-dir']),
    newTokens: values['new-tokens'],
    demo: values.demo,
    throttled: values.throttle,
    regions,
    lagMs: parseLag(values.lag ?? DEFAULT_LAG),
    help: values.help,
  }
}

function parseValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        memory: { type: 'boolean', default: false },
        port: { type: 'string', default: String(DEFAULT_PORT) },
        'ready-file': { type: 'string' },
        'data-dir': { type: 'string', default: DATA_FOLDER },
        'new-tokens': { type: 'boolean', default: false },
        demo: { type: 'boolean', default: false },
        throttle: { type: 'boolean', default: false },
        regions: { type: 'string', default: '1' },
        lag: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (cause) {
    throw new OptionError((cause as Error).message, { cause })
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port
  throw new OptionError(`--port ${JSON.stringify(text)}: expected a whole number from 0 to 65535`)
}

function parseRegions(text: string): number {
  if (/^[12]$/.test(text)) return Number(text)
  throw new OptionError(`--regions ${JSON.stringify(text)}: expected 1 or 2`)
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

function parseLag(text: string): number {
  const [, count, unit = ''] = /^(\d{1,4})(ms|s|m)$/.exec(text) ?? []
  if (text === '0') return 0
  if (count !== undefined) return Number(count) * (UNITS_MS[unit] ?? 0)
  throw new OptionError(`--lag ${JSON.stringify(text)}: expected a time as 500ms, 2s or 1m, or 0`)
}

/** An empty path would be the folder one happens to be in. */
function parsePath(name: string, text: string): string {
  if (text !== '') return resolve(text)
  throw new OptionError(`--${name} "": expected a path`)
}

/** Where the digests of the event history are kept. */
export const digestFolder = ({ folder }: Pick<Options, 'folder'>) => join(folder, 'digests')

/** Where the engine keeps its files. */
export const engineFolder = ({ folder }: Pick<Options, 'folder'>) => join(folder, 'data')
