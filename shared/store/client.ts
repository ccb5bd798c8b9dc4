import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { DynamoDbSigner } from '../auth/dynamodb-signer.ts'
import type { Config } from '../config.ts'
import { attemptMsOf, Connection } from './connection.ts'
import { Region } from './regions/region.ts'
import type { Tally } from './tally.ts'

/** The table and how to reach it. */
export interface Db {
  client: DynamoDBDocumentClient
  tableName: string
  /** Days a REST event is kept. */
  eventRetentionDays: number
  /** Epoch ms; deadlines go by it, and not by the request's one reading of the time. */
  clock: () => number
  /** Epoch ms by `clock`, from when on `client` sends nothing; infinite where nobody waits. */
  deadline: number
  /** What is asked of it is counted here. */
  tally?: Tally
  /** Where this is, in a deployment of several regions: changes then go by the fence of their account. */
  region?: Region
  /**
   * What stands apart from requests there: the worker may end what is queued while an account is handed over, a witness
   * only notes what it saw, in any region.
   */
  role?: 'worker' | 'witness'
  /** Whether transactions only check what they would be carried out on (`dry-run.ts`). */
  isDryRun?: true
}

/** How the client sends a request. */
type RequestHandler = NonNullable<DynamoDBClientConfig['requestHandler']>

/**
 * Opens the configured table over `connection`; `options` is for tests, which inject faults into the client.
 */
export function openDb(
  config: Config,
  options: DynamoDBClientConfig = {},
  connection: Pick<Connection, 'handle' | 'metadata'> = new Connection(attemptMsOf(config)),
): Db {
  const { tableName, dynamodbEndpoint: endpoint, eventRetentionDays, regions } = config
  const own = { maxAttempts: 4, requestHandler: connection as RequestHandler, ...(endpoint && { endpoint }) }
  const client = lean(new DynamoDBClient({ ...own, ...options }))
  const marshallOptions = { removeUndefinedValues: true }
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions })
  const time = { clock: Date.now, deadline: Number.POSITIVE_INFINITY }
  return { client: documents, tableName, eventRetentionDays, ...time, ...(regions && { region: new Region(regions) }) }
}

/**
 * Steps of the SDK that do nothing here (docs/decisions/0024): there is no logger; a user agent of five parts is put
 * together anew for each call; and the trace header, by which Lambda notices loops of functions, has no meaning to
 * DynamoDB.
 */
const IDLE = ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware']

/** Takes out what does nothing, has each call tell its units, and has one signer for all: the SDK makes one for each. */
function lean(client: DynamoDBClient): DynamoDBClient {
  for (const step of IDLE) client.middlewareStack.remove(step)
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
      Object.assign(result.output.$metadata, { command: context.commandName })
      return result
    },
    { step: 'initialize', name: 'metered' },
  )
  const signer = new DynamoDbSigner(client.config.credentials, client.config.region)
  client.config.signer = async () => signer as unknown as Awaited<ReturnType<typeof client.config.signer>>
  return client
}
