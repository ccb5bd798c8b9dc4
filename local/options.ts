import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DATA_FOLDER } from './credentials.ts'

/** What `npm start -- ...` was asked for. */
export interface Options {
  memory: boolean
  /** 0: any free one. */
  port: number
  readyFile: string | undefined
  /** Keeps the data and the credentials of the running system. */
  folder: string
  help: boolean
}

export const USAGE = `Runs Rolecall on this machine: gateway, functions and table, on 127.0.0.1 only.

Usage: npm start -- [options]

  --port N            port to listen on, 0 for any free one (default 8080)
  --memory            keep nothing: the data is gone when it stops
  --ready-file PATH   write address and tokens there, as JSON, once requests are served
  --data-dir PATH     where data and credentials are kept (default .rolecall)
  --help              show this

DYNAMODB_ENDPOINT points it at another engine, or at AWS with the AWS_ variables set; TABLE_NAME names the table there.
`

const DEFAULT_PORT = 8080

/** Reads the command line. @throws {Error} saying which option is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      memory: { type: 'boolean', default: false },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      'ready-file': { type: 'string' },
      'data-dir': { type: 'string', default: DATA_FOLDER },
      help: { type: 'boolean', default: false },
    },
  })
  const readyFile = values['ready-file']
  return {
    memory: values.memory,
    port: parsePort(values.port),
    readyFile: readyFile === undefined ? undefined : resolve(readyFile),
    folder: resolve(values['data-dir']),
    help: values.help,
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port
  throw new Error(`Cannot use --port "${text}": a number from 0 to 65535`)
}

/** Where the engine keeps its files. */
export const engineFolder = ({ folder }: Options) => join(folder, 'data')
