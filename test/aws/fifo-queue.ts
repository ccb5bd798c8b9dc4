import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { SQSEvent } from 'aws-lambda'
import * as z from 'zod'

/** How the queue behaves; times in milliseconds. */
export interface FifoQueueOptions {
  /** Calls the function that works the queue; a rejection leaves the message there. */
  deliver(event: SQSEvent): Promise<unknown>
  /** A message whose delivery failed comes again after this time. */
  visibilityMs: number
  /** Whether a message that was worked is delivered once more: SQS promises at least once. */
  doubles?: () => boolean
  /** After so many deliveries that failed a message goes to the dead ones. */
  maxReceiveCount?: number
  /** Milliseconds of a clock that goes forwards. */
  now?: () => number
}

/** For so long SQS knows a deduplication id: the same one is no new message. */
const DEDUPLICATION_MS = 300_000

/** A FIFO queue of one machine: groups side by side, the messages of one in order, one at a time. */
export interface FifoQueue {
  /** What clients send to, as their `QueueUrl`. */
  url: string
  /** Settles when no message is waiting or being worked. */
  idle(): Promise<void>
  dead: readonly string[]
  close(): Promise<void>
}

const SendMessage = z.object({
  MessageBody: z.string(),
  MessageGroupId: z.string(),
  MessageDeduplicationId: z.string(),
})
type Message = z.infer<typeof SendMessage> & { id: string }

/** Serves SendMessage as SQS does and delivers what was sent, as Lambda's poller does. */
export async function startFifoQueue(options: FifoQueueOptions): Promise<FifoQueue> {
  const groups = new FifoGroups(options)
  const server = createServer((request, response) => {
    // Whoever sends may be killed while it does: then nothing was sent.
    serve(request, response, groups).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    groups.closed = true
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/000000000000/work.fifo`, idle: () => groups.idle(), dead: groups.dead, close }
}

async function serve(request: IncomingMessage, response: ServerResponse, groups: FifoGroups): Promise<void> {
  const id = groups.take(SendMessage.parse(JSON.parse(await text(request))))
  const body = { MessageId: id.messageId, MD5OfMessageBody: id.md5, SequenceNumber: id.sequenceNumber }
  response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(body))
}

class FifoGroups {
  closed = false
  readonly dead: string[] = []
  readonly #options: FifoQueueOptions
  /** By deduplication id, the oldest first. */
  readonly #seen = new Map<string, { id: string; at: number }>()
  readonly #now: () => number
  readonly #waiting = new Map<string, Message[]>()
  readonly #working = new Set<Promise<void>>()
  #count = 0

  constructor(options: FifoQueueOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  take(sent: z.infer<typeof SendMessage>) {
    this.#forget()
    const messageId = this.#seen.get(sent.MessageDeduplicationId)?.id ?? this.#enqueue(sent)
    const md5 = createHash('md5').update(sent.MessageBody).digest('hex')
    return { messageId, md5, sequenceNumber: String(this.#count++).padStart(20, '0') }
  }

  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  #forget(): void {
    const since = this.#now() - DEDUPLICATION_MS
    for (const [id, { at }] of this.#seen) {
      if (at > since) return
      this.#seen.delete(id)
    }
  }

  #enqueue(sent: z.infer<typeof SendMessage>): string {
    const id = randomUUID()
    this.#seen.set(sent.MessageDeduplicationId, { id, at: this.#now() })
    const group = this.#waiting.get(sent.MessageGroupId)
    if (group) {
      group.push({ ...sent, id })
      return id
    }
    this.#waiting.set(sent.MessageGroupId, [{ ...sent, id }])
    const working = this.#work(sent.MessageGroupId).finally(() => this.#working.delete(working))
    this.#working.add(working)
    return id
  }

  async #work(group: string): Promise<void> {
    const messages = this.#waiting.get(group) ?? []
    for (let next = messages[0]; next && !this.closed; next = messages[0]) {
      await this.#deliver(next)
      if (this.#options.doubles?.()) await this.#deliver(next)
      messages.shift()
    }
    this.#waiting.delete(group)
  }

  async #deliver(message: Message): Promise<void> {
    const { deliver, visibilityMs, maxReceiveCount = 10 } = this.#options
    for (let received = 1; !this.closed; received++) {
      try {
        await deliver(toEvent(message, received))
        return
      } catch {
        if (received >= maxReceiveCount) {
          this.dead.push(message.MessageBody)
          return
        }
        await new Promise((resolve) => setTimeout(resolve, visibilityMs))
      }
    }
  }
}

function toEvent({ id, MessageBody, MessageGroupId, MessageDeduplicationId }: Message, received: number): SQSEvent {
  const attributes = {
    ApproximateReceiveCount: String(received),
    SentTimestamp: '0',
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: '0',
    MessageGroupId,
    MessageDeduplicationId,
  }
  const record = {
    messageId: id,
    receiptHandle: id,
    body: MessageBody,
    attributes,
    messageAttributes: {},
    md5OfBody: createHash('md5').update(MessageBody).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work.fifo',
    awsRegion: 'us-east-1',
  }
  return { Records: [record] }
}
