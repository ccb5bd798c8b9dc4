import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { RestEvent } from '../audit/rest-event.ts'
import { DynamoDbSigner } from '../auth/dynamodb-signer.ts'
import type { AwsConfig, Config } from '../config.ts'
import type { Db } from './client.ts'
import { Connection, endpointOf, type HttpAnswer, toPort } from './connection.ts'
import { OutOfTime } from './deadline.ts'
import { toEventWrite } from './events/item.ts'
import { Region } from './regions/region.ts'
import type { UseWrite } from './token-use.ts'

const LIGHT_ATTEMPT_MS = 2000
const ATTEMPTS = 2
/** Refusals worth a second try: the request was not carried out, or nobody knows. */
const RETRIED =
  /^(ThrottlingException|ProvisionedThroughputExceededException|RequestLimitExceeded|InternalServerError)$/

const NO_CLIENT: Pick<DynamoDBDocumentClient, 'send'> = {
  send(): never {
    throw new Error('This function carries no document client')
  },
}

/** The table as a function without the SDK sees it: it may name it, and write events through {@link lightTable}. */
export function openLightDb({ tableName, eventRetentionDays, regions }: Config): Db {
  return {
    ...(regions && { region: new Region(regions) }),
    tableName,
    eventRetentionDays,
    clock: Date.now,
    deadline: Number.POSITIVE_INFINITY,
    client: NO_CLIENT as DynamoDBDocumentClient,
  }
}

/** What a function without the SDK writes. */
export interface LightTable {
  /** 1 write unit. Answers the status under which the event stands. */
  putEvent(db: Db, event: RestEvent): Promise<number>
  /** 1 write unit. */
  putUse(db: Db, write: UseWrite): Promise<void>
}

/**
 * Writes by one signed request each and nothing of the SDK, which would be nine tenths of the discovery function: one
 * more try after a fault of the network or the service, 2 s each, none past the deadline.
 */
export function lightTable(config: Config, aws: AwsConfig, connection = new Connection()): LightTable {
  const url = endpointOf(config.dynamodbEndpoint, aws.region)
  const signer = new DynamoDbSigner(
    async () => aws.credentials,
    async () => aws.region,
  )
  const send = async (db: Db, operation: 'PutItem' | 'UpdateItem', input: object) => {
    const request = toRequest(url, operation, JSON.stringify(input))
    await tried(async () => {
      const signed = await signer.sign(request)
      const { response } = await connection.handle(signed, { requestTimeout: timeLeft(db) })
      checkAnswer(response)
    })
  }
  return {
    putEvent: async (db, event) => {
      const { Item, ...write } = toEventWrite(db, event)
      await send(db, 'PutItem', { ...write, Item: toWireFormat(Item) })
      return event.status
    },
    putUse: (db, { Key, ExpressionAttributeValues: values, ...write }) => {
      const inWireFormat = { Key: toWireFormat({ ...Key }), ExpressionAttributeValues: toWireFormat(values) }
      return send(db, 'UpdateItem', { ...write, ...inWireFormat })
    },
  }
}

function toRequest({ protocol, hostname, port, host }: URL, operation: string, body: string) {
  const headers = {
    ...{ host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` },
    'content-length': String(Buffer.byteLength(body)),
  }
  return { method: 'POST', protocol, hostname, path: '/', headers, body, ...toPort(port) }
}

/** What an attempt may take, in ms. @throws {OutOfTime} past the deadline. */
function timeLeft({ deadline, clock }: Db): number {
  const leftMs = deadline - clock()
  if (leftMs <= 0) throw new OutOfTime(false)
  return Math.min(LIGHT_ATTEMPT_MS, leftMs)
}

async function tried(run: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt >= ATTEMPTS || isFinal(error)) throw error
    }
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof OutOfTime || (error instanceof Refused && !RETRIED.test(error.name))

/** An error of DynamoDB under its own name. */
class Refused extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** @throws {Error} unless the event is in the table; one that was there already came with an answer that got lost. */
function checkAnswer({ statusCode: status, body }: HttpAnswer): void {
  if (status === 200) return
  const { __type, message, Message } = parseError(Buffer.from(body).toString())
  const name = __type?.slice(__type.lastIndexOf('#') + 1) ?? (status >= 500 ? 'InternalServerError' : 'UnknownError')
  if (name === 'ConditionalCheckFailedException') return
  throw new Refused(name, message ?? Message ?? `DynamoDB answered ${status}`)
}

function parseError(body: string): { __type?: string; message?: string; Message?: string } {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}

/** Attributes in DynamoDB's JSON; events and uses hold text and numbers only. */
const toWireFormat = (attributes: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toAttributeValue(value)]))

function toAttributeValue(value: unknown): { S: string } | { N: string } {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  throw new Error('An item holds more than text and numbers')
}
