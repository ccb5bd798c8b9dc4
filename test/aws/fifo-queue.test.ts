import type { SQSEvent } from 'aws-lambda'
import { beforeEach, expect, test, vi } from 'vitest'
import { openWorkQueue } from '../../shared/worker/queue.ts'
import type { Work } from '../../shared/worker/work.ts'
import { type FifoQueueOptions, startFifoQueue } from './fifo-queue.ts'

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  return () => vi.unstubAllEnvs()
})

const work = (id: string): Work => ({ account: 'default', kind: 'GROUP', id })
const idOf = ({ Records: [record] }: SQSEvent): string => JSON.parse(record?.body ?? '{}').id

/** Sends work under names of its own and says what was delivered, in order. */
async function delivered(sent: [id: string, once: string][], options: Partial<FifoQueueOptions> = {}) {
  const seen: string[] = []
  const deliver = async (event: SQSEvent) => {
    seen.push(idOf(event))
    await options.deliver?.(event)
  }
  const fifo = await startFifoQueue({ visibilityMs: 1, ...options, deliver })
  const queue = openWorkQueue(fifo.url)
  for (const [id, once] of sent) await queue.send(work(id), once)
  await fifo.idle()
  await fifo.close()
  return { seen, dead: fifo.dead }
}

test('messages of a group come in order, and one that is sent again under the same name comes once', async () => {
  const { seen } = await delivered([
    ['a', '1'],
    ['a', '2'],
    ['a', '1'],
  ])
  expect(seen).toEqual(['a', 'a'])
})

test.each([
  ['is not told twice within five minutes', 299_999, ['a', 'b']],
  ['is told again after five minutes', 300_000, ['a', 'a', 'b']],
])('the same name %s', async (_what, laterMs, expected) => {
  let time = 0
  const seen: string[] = []
  const deliver = async (event: SQSEvent) => seen.push(idOf(event))
  const fifo = await startFifoQueue({ visibilityMs: 1, deliver, now: () => time })
  const queue = openWorkQueue(fifo.url)
  await queue.send(work('a'), '1')
  time = laterMs
  await queue.send(work('a'), '1')
  await queue.send(work('b'), '2')
  await fifo.idle()
  await fifo.close()
  expect(seen.sort()).toEqual(expected)
})

test('a group whose message fails waits for it, others do not', async () => {
  let failures = 2
  const deliver = async (event: SQSEvent) => {
    if (idOf(event) === 'a' && failures-- > 0) throw new Error('killed')
  }
  const { seen, dead } = await delivered(
    [
      ['a', '1'],
      ['b', '2'],
    ],
    { deliver },
  )
  expect([seen.filter((id) => id === 'a').length, seen.filter((id) => id === 'b').length, dead]).toEqual([3, 1, []])
})

test('a message that fails too often is put aside', async () => {
  const deliver = () => Promise.reject(new Error('broken'))
  const { seen, dead } = await delivered([['a', '1']], { deliver, maxReceiveCount: 3 })
  expect(seen).toEqual(['a', 'a', 'a'])
  expect(dead.map((body) => JSON.parse(body))).toEqual([work('a')])
})

test('a message may come twice', async () => {
  expect((await delivered([['a', '1']], { doubles: () => true })).seen).toEqual(['a', 'a'])
})
