/** Names of the environment variables, read here and set by the CDK stack and the local system. */
export const ENV = {
  tableName: 'TABLE_NAME',
  dynamodbEndpoint: 'DYNAMODB_ENDPOINT',
  /** Set where the gateway does not know its own public address: behind a domain, and in the local system. */
  publicBaseUrl: 'PUBLIC_BASE_URL',
  eventRetentionDays: 'EVENT_RETENTION_DAYS',
  /** `off` silences the line per request; errors are always logged. */
  requestLog: 'REQUEST_LOG',
  /** Of the functions that hand unfinished work on. */
  workQueueUrl: 'WORK_QUEUE_URL',
  /** Of the functions that make and show digests, and of the one that misses them: `s3://BUCKET`, or a folder; none where no digests are kept. */
  digestStore: 'DIGEST_STORE',
  /** Of the function that hands events on: the bus of EventBridge, and the stream of Firehose, where they are on. */
  eventBus: 'EVENT_BUS',
  archiveStream: 'ARCHIVE_STREAM',
  /** The name of the deployment: its lines and metrics have it, and the authorizer makes the keys of clients of it. */
  deployment: 'DEPLOYMENT',
  /** The least of {@link LOG_LEVELS} that is written. */
  logLevel: 'LOG_LEVEL',
  /** `on` where figures are metrics of each integration too. */
  metricsByIntegration: 'METRICS_BY_INTEGRATION',
  /** The regions of a deployment of several, parted by commas: that of each account without a fence comes first. */
  regions: 'REGIONS',
} as const

export interface Config {
  tableName: string
  dynamodbEndpoint: string | undefined
  /** `http://127.0.0.1:8080/scim/v2`, without a trailing slash. */
  publicBaseUrl: string | undefined
  eventRetentionDays: number
  requestLog: boolean
  /** Where it runs, in a deployment of several regions; none in one of one. */
  regions?: Regions
}

/** The region of a process and those of its deployment. */
export interface Regions {
  own: string
  /** The first is primary of each account that has no fence. */
  all: readonly string[]
}

const DEFAULT_EVENT_RETENTION_DAYS = 90

/** Reads the environment, once, at cold start. @throws {Error} naming the setting that is missing or wrong. */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const tableName = env[ENV.tableName]
  if (!tableName) throw new Error(`The environment variable ${ENV.tableName} is not set`)
  const days = env[ENV.eventRetentionDays] ?? String(DEFAULT_EVENT_RETENTION_DAYS)
  if (!/^[1-9]\d{0,3}$/.test(days)) {
    throw new Error(`The environment variable ${ENV.eventRetentionDays} is "${days}", not a number of days`)
  }
  return {
    tableName,
    dynamodbEndpoint: env[ENV.dynamodbEndpoint] || undefined,
    publicBaseUrl: env[ENV.publicBaseUrl] || undefined,
    eventRetentionDays: Number(days),
    requestLog: env[ENV.requestLog] !== 'off',
    ...parseRegions(env),
  }
}

function parseRegions(env: Record<string, string | undefined>): { regions?: Regions } {
  const all = (env[ENV.regions] ?? '').split(',').filter((region) => region !== '')
  if (all.length < 2) return {}
  const own = parseRegion(env)
  if (all.includes(own)) return { regions: { own, all } }
  throw new Error(`The environment variable ${ENV.regions} is "${all.join()}", without ${own}, where this runs`)
}

/** The region and the credentials that Lambda puts in a function's environment. */
export interface AwsConfig {
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** Reads what the SDK would read, for the one function that goes without it. @throws {Error} naming what is missing. */
export function parseAwsConfig(env: Record<string, string | undefined>): AwsConfig {
  const read = (name: string): string => {
    const value = env[name]
    if (!value) throw new Error(`The environment variable ${name} is not set`)
    return value
  }
  const sessionToken = env.AWS_SESSION_TOKEN
  const accessKeyId = read('AWS_ACCESS_KEY_ID')
  const secretAccessKey = read('AWS_SECRET_ACCESS_KEY')
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
  return { region: read('AWS_REGION'), credentials }
}

/** The region a Lambda runs in, which AWS sets; the authorizer's policy names it. @throws {Error} when it is missing. */
export function parseRegion(env: Record<string, string | undefined>): string {
  if (env.AWS_REGION) return env.AWS_REGION
  throw new Error('The environment variable AWS_REGION is not set')
}

/** The deployment's name. @throws {Error} when it is missing. */
export function parseDeploymentName(env: Record<string, string | undefined>): string {
  const name = env[ENV.deployment]
  if (name) return name
  throw new Error(`The environment variable ${ENV.deployment} is not set`)
}

/** From the least on. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogConfig {
  /** The name of the deployment. */
  service: string
  level: LogLevel
  metricsByIntegration: boolean
}

/** How lines are written. Never fails: what cannot be read is as by default, since errors have to be told in any case. */
export const parseLogConfig = (env: Record<string, string | undefined>): LogConfig => ({
  service: env[ENV.deployment] || 'rolecall',
  level: LOG_LEVELS.find((level) => level === env[ENV.logLevel]) ?? 'INFO',
  metricsByIntegration: env[ENV.metricsByIntegration] === 'on',
})

/** The queue of unfinished work. @throws {Error} when it is missing. */
export function parseWorkQueueUrl(env: Record<string, string | undefined>): string {
  const url = env[ENV.workQueueUrl]
  if (url) return url
  throw new Error(`The environment variable ${ENV.workQueueUrl} is not set`)
}

/** Where digests are kept: `s3://BUCKET` or a folder; nothing where none are. */
export const parseDigestStore = (env: Record<string, string | undefined>): string | undefined =>
  env[ENV.digestStore] || undefined

/** Where events go besides the table; nothing where it is off. */
export type OutletConfig = Record<'eventBus' | 'archiveStream', string | undefined>

export const parseOutlets = (env: Record<string, string | undefined>): OutletConfig => ({
  eventBus: env[ENV.eventBus] || undefined,
  archiveStream: env[ENV.archiveStream] || undefined,
})
