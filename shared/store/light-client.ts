import type { IncomingMessage, RequestOptions } from 'node:http'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { RestEvent } from '../audit/rest-event.ts'
import { signRequest } from '../auth/sigv4.ts'
import type { AwsConfig, Config } from '../config.ts'
import type { Db } from './client.ts'
import { OutOfTime } from './deadline.ts'
import { type EventWrite, toEventWrite } from './events/item.ts'

const ATTEMPT_MS = 2000
const ATTEMPTS = 2
/** Answers worth a second try: the request was not carried out, or nobody knows. */
const RETRIED =
  /^(ThrottlingException|ProvisionedThroughputExceededException|RequestLimitExceeded|InternalServerError|TimeoutError)$/

const NO_CLIENT: Pick<DynamoDBDocumentClient, 'send'> = {
  send(): never {
    throw new Error('This function carries no document client')
  },
}

/** The table as a function without the SDK sees it: it may name it, and write events through {@link lightPutEvent}. */
export function openLightDb({ tableName, eventRetentionDays }: Config): Db {
  return {
    tableName,
    eventRetentionDays,
    clock: Date.now,
    deadline: Number.POSITIVE_INFINITY,
    client: NO_CLIENT as DynamoDBDocumentClient,
  }
}

/**
 * Stores events by one signed PutItem and nothing of the SDK, which would be nine tenths of the discovery function:
 * 1 write unit, one more try after a fault of the network or the service, 2 s each, none past the deadline. Answers the
 * status under which the event stands.
 */
export function lightPutEvent(config: Config, aws: AwsConfig): (db: Db, event: RestEvent) => Promise<number> {
  const url = new URL(config.dynamodbEndpoint ?? endpointOf(aws.region))
  const send = openConnection(url)
  return async (db, event) => {
    const body = JSON.stringify(toWireFormat(toEventWrite(db, event)))
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.PutItem' }
    const { region, credentials } = aws
    const request = { method: 'POST', url, headers, body, service: 'dynamodb', region, credentials }
    await tried(async () => checkAnswer(await send(await signRequest(request), body, timeLeft(db))))
    return event.status
  }
}

/** What an attempt may take, in ms. @throws {OutOfTime} past the deadline. */
function timeLeft({ deadline, clock }: Db): number {
  const leftMs = deadline - clock()
  if (leftMs <= 0) throw new OutOfTime(false)
  return Math.min(ATTEMPT_MS, leftMs)
}

const endpointOf = (region: string): string =>
  `https://dynamodb.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`

interface Answer {
  status: number
  body: string
}

/** One connection kept alive. The HTTP modules are asked for when needed: an import of them costs a cold start 50 ms. */
function openConnection(
  url: URL,
): (headers: Record<string, string>, body: string, timeoutMs: number) => Promise<Answer> {
  const secure = url.protocol === 'https:'
  let agent: RequestOptions['agent']
  return (headers, body, timeout) => {
    const http = secure ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
    agent ??= new http.Agent({ keepAlive: true })
    const options = {
      method: 'POST',
      agent,
      timeout,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    }
    return new Promise((resolve, reject) => {
      const request = http.request(url, options, (response) => receiveAnswer(response).then(resolve, reject))
      request.on('error', reject)
      request.on('timeout', () =>
        request.destroy(new Refused('TimeoutError', `DynamoDB did not answer within ${timeout} ms`)),
      )
      request.end(body)
    })
  }
}

async function receiveAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }
}

async function tried(run: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt >= ATTEMPTS || error instanceof OutOfTime || (error instanceof Refused && !RETRIED.test(error.name)))
        throw error
    }
  }
}

/** An error of DynamoDB under its own name, or that it did not answer in time. */
class Refused extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** @throws {Error} unless the event is in the table; one that was there already came with an answer that got lost. */
function checkAnswer({ status, body }: Answer): void {
  if (status === 200) return
  const { __type, message, Message } = parseError(body)
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

/** The write in DynamoDB's JSON; events hold text and numbers only. */
const toWireFormat = ({ Item, ...write }: EventWrite) => ({
  ...write,
  Item: Object.fromEntries(Object.entries(Item).map(([name, value]) => [name, toAttributeValue(value)])),
})

function toAttributeValue(value: unknown): { S: string } | { N: string } {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  throw new Error('An event item holds more than text and numbers')
}
