import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Service } from './service.ts'

/** The command line cannot be understood. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

const KINDS = ['OKTA', 'AZURE', 'GENERIC'] as const

export const USAGE = `Tries a deployment by what identity providers send, and takes away what it made.

Usage: npm run smoke -- --url URL --token TOKEN [options]

  --url URL            the SCIM base URL
  --token TOKEN        a token of an integration that may create users and roles
  --client KIND        kind of its integration: ${KINDS.join(', ')} (default OKTA)
  --admin-url URL      also asks what administrators ask, signed by AWS credentials
  --account NAME       account of the token (default "default")
  --region, --profile  for --admin-url
  --throttle NUMBER    also sends so many requests at once, the burst of a client and some, and expects 429:
                       other requests of the same integration are refused for a moment as well
  --clean PREFIX       only takes away what an earlier run left

Exit codes: 0 all is well, 1 a fault, 2 the command line cannot be understood.
`

/** What a command line asks for. */
export interface Asked extends Omit<Service, 'admin' | 'burst'> {
  help: boolean
  /** Only what an earlier run left is taken away. */
  isCleaning: boolean
  /** Requests that are sent at once so that some are refused; none where it is not to be tried. */
  burst: number | undefined
  adminUrl: string | undefined
  account: string | undefined
  /** Where and as whom administrators' routes are asked. */
  signed: { region?: string | undefined; profile?: string | undefined; 'data-dir'?: string | undefined }
}

/** @throws {OptionError} with one sentence. */
export function parseOptions(args: readonly string[]): Asked {
  const { help = false, url, token, client = 'OKTA', clean, account, throttle, ...others } = read(args)
  const { 'admin-url': adminUrl, ...signed } = others
  const kind = KINDS.find((one) => one === client.toUpperCase())
  if (!help && url === undefined) throw new OptionError('Say which service: --url https://HOST/scim/v2')
  if (!help && token === undefined) throw new OptionError('Say who asks: --token TOKEN')
  if (!kind) throw new OptionError(`Cannot use --client "${client}": one of ${KINDS.join(', ')}`)
  for (const [name, value] of Object.entries({ url, 'admin-url': adminUrl }))
    if (value !== undefined && !/^https?:/.test(URL.parse(value)?.protocol ?? ''))
      throw new OptionError(`Cannot use --${name} "${value}": an address, https://...`)
  if (throttle !== undefined && !/^[1-9]\d{0,4}$/.test(throttle))
    throw new OptionError(`Cannot use --throttle "${throttle}": a number of requests, more than a client's burst`)
  if (clean !== undefined && !/^smoke-[0-9a-f]{8}-$/.test(clean))
    throw new OptionError(`Cannot use --clean "${clean}": what the first line of an earlier run said, smoke-0123abcd-`)
  return {
    ...{ help, url: (url ?? '').replace(/\/$/, ''), token: token ?? '', client: kind, adminUrl, account, signed },
    burst: throttle === undefined ? undefined : Number(throttle),
    ...{ prefix: clean ?? `smoke-${randomBytes(4).toString('hex')}-`, isCleaning: clean !== undefined },
  }
}

function read(args: readonly string[]) {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const
  const options = {
    ...{ url: text, token: text, client: text, clean: text, account: text, throttle: text, 'admin-url': text },
    ...{ region: text, profile: text, 'data-dir': text, help: flag },
  }
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new OptionError(`${error instanceof Error ? error.message : error}. See --help`)
  }
}
