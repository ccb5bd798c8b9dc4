import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withAwsSystem } from '../../factories/aws.ts'
import { newUser } from '../../factories/scim-api.ts'
import { LambdaProcess, StreamedAnswer } from './lambda-process.ts'

/** A function that does what it is told, and counts on after its answer. */
const FUNCTION = `
  let ticks = 0
  setInterval(() => { ticks += 1 }, 5)
  export const handler = async ({ waitMs = 0, fail }, context) => {
    await new Promise((done) => setTimeout(done, waitMs))
    if (fail) throw new TypeError(fail)
    return { ticks, remaining: context.getRemainingTimeInMillis(), name: context.functionName }
  }`

/** One that streams 3 MB, or what there is until it fails. */
const STREAMING = `
  export const handler = awslambda.streamifyResponse(async ({ fail }, stream) => {
    const body = awslambda.HttpResponseStream.from(stream, { statusCode: 200 })
    for (let n = 0; n < 48; n++) {
      if (!body.write(Buffer.alloc(65_536, n))) await new Promise((resolve) => body.once('drain', resolve))
      if (n === fail) throw new TypeError('cut')
      if (fail === 'never') await new Promise(() => setInterval(() => {}, 1000))
    }
    body.end()
  })`

let folder = ''
let path = ''
let streamingPath = ''
const started: LambdaProcess[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolecall-test-'))
  path = join(folder, 'index.mjs')
  writeFileSync(path, FUNCTION)
  streamingPath = join(folder, 'streaming.mjs')
  writeFileSync(streamingPath, STREAMING)
})
afterAll(async () => {
  await Promise.all(started.map((process) => process.end()))
  await rm(folder, { recursive: true })
})

function start(file = path): LambdaProcess {
  const fresh = new LambdaProcess(file, { PATH: process.env.PATH }, 'inherit')
  started.push(fresh)
  return fresh
}

interface Told {
  ticks: number
  remaining: number
  name: string
}
const invocation = (event: object = {}, limitMs = 60_000) => ({
  ...{ payload: JSON.stringify(event), limitMs },
  context: { functionName: 'counter' },
})
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))
const stateOf = ({ child }: LambdaProcess) =>
  execFileSync('ps', ['-o', 'state=', '-p', String(child.pid)]).toString()[0]

describe('a function in its own process', () => {
  test('answers with its context and its true remaining time, and throws what it throws', async () => {
    const fresh = start()
    const told = (await fresh.invoke(invocation({}, 5000))) as Told
    expect(told).toEqual({ ticks: expect.any(Number), remaining: expect.any(Number), name: 'counter' })
    expect(told.remaining).toBeGreaterThan(0)
    expect(told.remaining).toBeLessThanOrEqual(5000)
    await expect(fresh.invoke(invocation({ fail: 'no' }))).rejects.toMatchObject({ name: 'TypeError', message: 'no' })
  })

  test('is frozen between two invocations: nothing runs after the answer', async () => {
    const process = start()
    const before = (await process.invoke(invocation())) as Told
    await expect.poll(() => stateOf(process)).toBe('T')
    await wait(500)
    const after = (await process.invoke(invocation())) as Told
    // A hundred ticks of 5 ms would have gone by.
    expect(after.ticks - before.ticks).toBeLessThan(50)
  })

  test('is killed at its limit, and when its end was drawn', async () => {
    const [slow, unlucky] = [start(), start()]
    await expect(slow.invoke(invocation({ waitMs: 60_000 }, 100))).rejects.toMatchObject({
      name: 'Sandbox.Timedout',
      message: 'Task timed out after 0.10 seconds',
    })
    await expect(unlucky.invoke(invocation({ waitMs: 60_000 }), 20)).rejects.toMatchObject({
      name: 'Runtime.ExitError',
      message: 'Runtime exited with error: signal: killed',
    })
    expect([slow.child.signalCode, unlucky.child.signalCode]).toEqual(['SIGKILL', 'SIGKILL'])
  })
})

describe('a function that streams', () => {
  async function begin(event: object, limitMs?: number) {
    const fresh = start(streamingPath)
    const answer = await fresh.invoke(invocation(event, limitMs))
    if (!(answer instanceof StreamedAnswer)) throw new Error('It answered as a whole')
    return { fresh, ...answer }
  }

  test('is read piece by piece, metadata first; then it is frozen, and answers again', async () => {
    const { fresh, pieces } = await begin({})
    for (const again of [false, true]) {
      const answer = again ? ((await fresh.invoke(invocation())) as StreamedAnswer).pieces : pieces
      const body = Buffer.concat(await Readable.from(answer).toArray())
      expect(body.subarray(0, 26).toString()).toBe(`{"statusCode":200}${'\0'.repeat(8)}`)
      expect(body.length).toBe('{"statusCode":200}'.length + 8 + 48 * 65_536)
      expect(body.at(-1)).toBe(47)
      await expect.poll(() => stateOf(fresh)).toBe('T')
    }
  })

  test('is cut where it fails, and where its time is up', async () => {
    const failing = await begin({ fail: 3 })
    await expect(Readable.from(failing.pieces).toArray()).rejects.toMatchObject({ name: 'TypeError', message: 'cut' })
    const endless = await begin({ fail: 'never' }, 500)
    await expect(Readable.from(endless.pieces).toArray()).rejects.toMatchObject({ name: 'Sandbox.Timedout' })
  })
})

describe('the system with its functions in processes', () => {
  const system = withAwsSystem()
  const create = (userName: string) =>
    fetch(`${system.baseUrl}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.tokens.OKTA_PROVISIONING}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(newUser(userName)),
    })

  test('serves requests side by side, each in a process of its own that the next ones use again', async () => {
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => create(`${name}@example.com`)))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect((await create('d@example.com')).status).toBe(201)
    expect(system.lambda.peakMemoryMb('users')).toBeGreaterThan(process.platform === 'linux' ? 20 : -1)
    expect(system.aws.usage().operations.get('TransactWriteItems')?.calls).toBeGreaterThanOrEqual(4)
  })

  test('an invocation that is killed is answered as a gateway answers a crash; the next one starts anew', async () => {
    system.lambda.setFaults({ killed: 1, withinMs: 0, functions: ['users'] })
    expect((await create('killed@example.com')).status).toBe(502)
    system.lambda.setFaults(undefined)
    expect((await create('alive@example.com')).status).toBe(201)
  })
})
