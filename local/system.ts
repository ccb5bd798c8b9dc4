import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LambdaName } from '../infra/bundling.ts'
import type { AwsCredentials } from '../shared/auth/sigv4.ts'
import { type AwsConfig, ENV, parseConfig } from '../shared/config.ts'
import { SCIM_BASE } from '../shared/http/routes.ts'
import { openObjectStore } from '../shared/notary/object-store.ts'
import { type Db, openDb } from '../shared/store/client.ts'
import { localConsole } from './console.ts'
import { type DataPlace, newLocalKey } from './credentials.ts'
import { type DriverOptions, startDriver } from './driver.ts'
import { LOCAL_AWS } from './environment.ts'
import { type GatewayOptions, startGateway } from './gateway/gateway.ts'
import { type LambdaHandlers, warmHandlers } from './gateway/lambda.ts'
import { provideRuntime } from './gateway/lambda-runtime.ts'
import type { TokenKeeper } from './kept-tokens.ts'
import { type Seeded, seed } from './seed.ts'
import { loadGatewayModel } from './synthesis/gateway-model.ts'

export interface SystemOptions extends Pick<GatewayOptions, 'port' | 'now' | 'sourceIp' | 'logFailure' | 'throttled'> {
  /** The DynamoDB engine; promised, so that the gateway's model is made while it starts. */
  endpoint: string | Promise<string>
  tableName: string
  /** Makes the table, where it has to be made. */
  prepare?: (db: Db) => Promise<void>
  /** Region and key for the engine, where it is not the local one. */
  aws?: AwsConfig
  /** Knows the tokens of the last start; without it each start has new ones. */
  keeper?: TokenKeeper
  /** Replaces the tokens of earlier starts. */
  newTokens?: boolean
  /** What was seeded already, elsewhere: nothing is seeded here. */
  seeded?: Seeded
  /** The address that clients have, where it is another than that of the gateway: `http://127.0.0.1:8080`. */
  domain?: string
  /** The key of the admin routes; a new one, if not given. */
  credentials?: AwsCredentials
  /** More of the functions' environment. */
  env?: Record<string, string>
  /** Where it keeps its data: what the CLI finds it by; the project's own folder, if not given. */
  place?: { folder: string; data: DataPlace }
  /** Where the digests of the event history are kept; gone when it stops, if not given. */
  digestFolder?: string | undefined
  /** How unfinished work is found and done; false where it is left alone. */
  driver?: DriverOptions | false
  /** The functions' handlers, asked for when their environment is in place; by default all are imported at once. */
  handlers?: (names: readonly LambdaName[]) => LambdaHandlers | Promise<LambdaHandlers>
}

/** The whole system in this process, but for the engine. */
export interface System extends Seeded {
  /** `http://127.0.0.1:8080/scim/v2` */
  baseUrl: string
  /** `http://127.0.0.1:8080`, where the IAM-authorized routes are. */
  adminUrl: string
  /** What opens the console, as long as the system runs. */
  consoleUrl: string
  /** The key that signs requests to {@link System.adminUrl}. */
  credentials: AwsCredentials & { region: string }
  db: Db
  flushAuthorizerCache(): void
  stop(): Promise<void>
}

/** Starts gateway and functions over an engine, with the default account, its integrations and a token for each. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const [model, endpoint] = await Promise.all([loadGatewayModel(), options.endpoint])
  const { credentials = newLocalKey(), aws = LOCAL_AWS, domain } = options
  const signing = { ...credentials, region: LOCAL_AWS.region }
  const gateway = await startGateway({ ...options, model, credentials, region: aws.region })
  const page = localConsole(gateway.url, signing, options)
  gateway.mount(page)
  const passing = join(tmpdir(), `rolecall-digests-${randomUUID()}`)
  try {
    const baseUrl = `${gateway.url}${SCIM_BASE}`
    const { digestFolder = passing } = options
    setEnvironment(aws, {
      [ENV.tableName]: options.tableName,
      [ENV.dynamodbEndpoint]: endpoint,
      [ENV.publicBaseUrl]: `${domain ?? gateway.url}${SCIM_BASE}`,
      [ENV.digestStore]: digestFolder,
      [ENV.deployment]: model.functions.get('authorizer')?.environment[ENV.deployment] ?? '',
      ...options.env,
    })
    const db = openDb(parseConfig(process.env), aws)
    const { handlers: importHandlers = warmHandlers } = options
    const names = [...model.functions.keys()]
    const [handlers, seeded] = await Promise.all([importHandlers(names), prepareTable(db, options)])
    gateway.serve(handlers)
    const { url: adminUrl, flushAuthorizerCache } = gateway
    const driver =
      options.driver === false
        ? undefined
        : startDriver(db, { store: await openObjectStore(digestFolder), ...options.driver })
    const stop = async () => {
      await gateway.close()
      await driver?.stop()
      await rm(passing, { recursive: true, force: true })
    }
    return { ...seeded, baseUrl, adminUrl, consoleUrl: page.link, credentials: signing, db, flushAuthorizerCache, stop }
  } catch (error) {
    await gateway.close()
    throw error
  }
}

/** Seeds the table and keeps the tokens before anybody is told of them. */
export async function prepareTable(
  db: Db,
  options: Pick<SystemOptions, 'prepare' | 'keeper' | 'newTokens' | 'seeded'>,
): Promise<Seeded> {
  const { prepare, keeper, newTokens = false, seeded: elsewhere } = options
  await prepare?.(db)
  if (elsewhere) return elsewhere
  const seeded = await seed(db, { kept: keeper?.load() ?? {}, renew: newTokens })
  keeper?.keep(seeded.tokens)
  return seeded
}

/** Handlers read their configuration when they are imported, as Lambdas do at their cold start, and find their runtime. */
function setEnvironment({ credentials, region }: AwsConfig, env: Record<string, string>): void {
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken } = credentials
  Object.assign(process.env, { AWS_REGION: region, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...env })
  delete process.env.AWS_SESSION_TOKEN
  if (sessionToken) process.env.AWS_SESSION_TOKEN = sessionToken
  provideRuntime()
}
