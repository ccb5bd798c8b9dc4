import { loadLocalCredentials } from '../local/credentials.ts'
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
 */
export async function findTarget(flags: TargetFlags, { env }: Terminal): Promise<Target> {
  const local = loadLocalCredentials(flags['data-dir'])
  const named = flags.url ?? env.ROLECALL_URL
  if (!named && !local) {
    throw new Failure('No local system is running: start it with "npm start", or name a deployed one with ROLECALL_URL')
  }
  const url = toBase(named || (local?.adminUrl ?? ''))
  if (local && url === toBase(local.adminUrl)) {
    return { url, region: local.region, credentials: async () => loadLocalCredentials(flags['data-dir']) ?? local }
  }
  const region = flags.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? regionOf(url)
  if (!region) throw new UsageError('The region is not known: give --region or set AWS_REGION')
  return { url, region, credentials: await awsCredentials(flags.profile) }
}

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
async function awsCredentials(profile: string | undefined): Promise<() => Promise<AwsCredentials>> {
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
