import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Work } from './work.ts'

/** The FIFO queue between the functions `changes` and `worker`: work of one head waits for the one before it. */
export interface WorkQueue {
  /** Hands work on. What is sent again under the same `once` within five minutes is the same message. */
  send(work: Work, once: string): Promise<void>
}

/** Opens the queue at this address. */
export function openWorkQueue(QueueUrl: string): WorkQueue {
  const client = new SQSClient({ maxAttempts: 4, endpoint: new URL(QueueUrl).origin })
  return {
    async send(work, once) {
      const message = { MessageGroupId: groupOf(work), MessageDeduplicationId: once, MessageBody: JSON.stringify(work) }
      await client.send(new SendMessageCommand({ QueueUrl, ...message }))
    },
  }
}

/** At most 128 characters of those SQS takes: accounts are our own words, ids are UUIDs. */
const groupOf = ({ account, kind, id }: Work): string => `${kind}:${id}:${account}`.slice(0, 128)
