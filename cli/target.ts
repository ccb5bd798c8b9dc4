import { optionsOf, optionWords, toCommandLine } from '../local/command-line.ts'
import { type LocalCredentials, listLocalCredentials } from '../local/credentials.ts'
import { DATA_FOLDER } from '../local/folders.ts'
import type { AwsCredentials } from '../shared/auth/sigv4.ts'
import { Failure, UsageError } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Which service a command talks to, and as whom. */
export interface Target {
  /** Without `/scim/v2` and without a trailing slash. */
  url: string
  region: string
  /** Asked for at each call: long ones outlive the credentials they began with. */
  credentials(): Promise<AwsCredentials>
  /** What starts the local system, should nothing answer. */
  startCommand: string
  /** Words that let any command reach just this service. */
  options: readonly string[]
}

export interface TargetFlags {
  url?: string | undefined
  region?: string | undefined
  profile?: string | undefined
  'data-dir'?: string | undefined
}

/**
 * The service named by `--url` or ROLECALL_URL, with the caller's AWS credentials; without either the running local
 * system, with the key it keeps for this purpose.
 * @throws {Failure} saying what to start or to set.
 * @throws {UsageError} where it is not clear which is meant.
 */
export async function findTarget(flags: TargetFlags, { env }: Terminal): Promise<Target> {
  const systems = listLocalCredentials(flags['data-dir'])
  const startCommand = startCommandOf(flags)
  const named = flags.url || env.ROLECALL_URL
  if (!named) return toLocalTarget(requireLocal(systems, startCommand), flags)
  const url = toBase(named)
  const local = systems.find((system) => urlsOf(system).includes(url.replace('//localhost:', '//127.0.0.1:')))
  const options = optionWords({ ...flags, url })
  if (local) return { ...toLocalTarget(local, flags), url, options }
  if (url.startsWith('http:') && !flags.region && !flags.profile) throw unknownLocal(url)
  const region = flags.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? regionOf(url)
  if (!region) throw new UsageError('The region is not known: give --region or set AWS_REGION')
  return { url, region, credentials: await awsCredentials(flags.profile), startCommand, options }
}

/** A system of several regions is at one address, and each region at its own. */
const urlsOf = ({ adminUrl, regions = [] }: LocalCredentials): string[] => [
  adminUrl,
  ...regions.map((region) => region.adminUrl),
]

/** A system that was started anew at its address has another key. */
function toLocalTarget(found: LocalCredentials, flags: TargetFlags): Target {
  const { adminUrl: url, region, data } = found
  const { 'data-dir': folder = DATA_FOLDER } = flags
  const credentials = async () =>
    listLocalCredentials(flags['data-dir']).find(({ adminUrl }) => adminUrl === url) ?? found
  return {
    url,
    region,
    credentials,
    startCommand: startCommandOf(flags),
    options: optionWords(optionsOf(url, { folder, data })),
  }
}

const startCommandOf = ({ 'data-dir': folder }: TargetFlags) =>
  toCommandLine(folder ? 'npm start --' : 'npm start', { 'data-dir': folder })

/** The system whose data is in the data folder, or the only one there is. */
function requireLocal([first, ...others]: LocalCredentials[], startCommand: string): LocalCredentials {
  if (!first) {
    throw new Failure(
      `No local system is running: start it with "${startCommand}", or name a deployed one with ROLECALL_URL`,
    )
  }
  if (first.data === 'folder' || others.length === 0) return first
  const urls = [first, ...others].map(({ adminUrl }) => `--url ${adminUrl}`)
  throw new UsageError(`Several local systems are running: name one, ${urls.join(' or ')}`)
}

const unknownLocal = (url: string) =>
  new UsageError(
    `No local system of this data folder is at ${url}: give its --data-dir, or --region to sign with AWS credentials`,
  )

/** Accepts the SCIM base URL as well, since that is the address people have at hand. */
function toBase(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(`Cannot read the URL "${text}": expected https://...`)
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError(`Refusing "${text}": only the local system is called without TLS, use https`)
  }
  return `${url.origin}${url.pathname}`.replace(/\/(scim\/v2\/?)?$/, '')
}

const isLoopback = (host: string) => ['127.0.0.1', 'localhost', '[::1]'].includes(host)

/** The addresses API Gateway gives hold the region. */
const regionOf = (url: string): string | undefined => /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(url)?.[1]

/** Environment, profile, single sign-on, container or instance: whatever AWS tools use. */
export async function awsCredentials(profile: string | undefined): Promise<() => Promise<AwsCredentials>> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
  const provide = defaultProvider(profile ? { profile } : {})
  try {
    await provide()
    return provide
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`No AWS credentials: sign in or give --profile (${said})`, { cause })
  }
}
