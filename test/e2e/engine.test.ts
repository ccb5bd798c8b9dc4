import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEngine } from '../../local/engine/engine.ts'
import { descendantsOf, untilGone } from './process-tree.ts'
import { engineOf, scratchFolder } from './start.ts'

const GONE_MS = 8000

let folder: ReturnType<typeof scratchFolder>
beforeEach(() => {
  folder = scratchFolder()
})
afterEach(() => folder.remove())

const portOf = (endpoint: string) => Number(new URL(endpoint).port)

/** How a connection to the port at an address goes. */
const knockAt = (host: string, port: number): Promise<string> =>
  new Promise((done) => {
    const socket = connect({ host, port }, () => done('open'))
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    socket.on('close', () => socket.destroy())
  })

test('listens on the loopback address and on no other of this machine', async () => {
  const engine = await startEngine()
  const addresses = Object.values(networkInterfaces()).flatMap((one) => one ?? [])
  const outer = addresses.filter(({ internal, family }) => !internal && family === 'IPv4')
  const port = portOf(engine.endpoint)
  expect(await knockAt('127.0.0.1', port)).toBe('open')
  for (const { address } of outer) expect(await knockAt(address, port)).toBe('ECONNREFUSED')
  await engine.stop()
  expect(await knockAt('127.0.0.1', port)).toBe('ECONNREFUSED')
})

test('data of the former engine are refused with what to do, and left alone', async () => {
  const dataDir = join(folder.path, 'data')
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, 'shared-local-instance.db'), 'old')
  await expect(startEngine({ dataDir })).rejects.toThrow(
    new Error(
      `The data folder ${dataDir} was written by the engine of an earlier version, which this one cannot read: remove it, or choose another --data-dir`,
    ),
  )
})

test('data that are no database are refused in the words of the engine, and the folder is free again', async () => {
  const dataDir = join(folder.path, 'data')
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, 'dynoxide.db'), 'no database at all')
  const started = () => startEngine({ dataDir })
  await expect(started()).rejects.toThrow(/^The local engine did not start: error: .*not a valid SQLite database/)
  await expect(started()).rejects.toThrow('The local engine did not start')
})

/** How an engine is tied to its owner: by the kernel where it can, else by a guard. */
const TIES = [
  ['kernel', {}],
  ['guard', { PATH: '/nowhere' }],
] as const

/** A process that owns an engine, and everything it has started. */
async function startOwner(env: object) {
  const script = join(import.meta.dirname, 'engine-owner.ts')
  const owner = spawn(process.execPath, [script, folder.path], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [endpoint] = await once(owner.stdout, 'data')
  const engine = engineOf(folder.path)
  const guards = () => descendantsOf(owner.pid ?? 0).filter((pid) => pid !== engine)
  return { owner, engine, guards, port: portOf(String(endpoint)) }
}

/** Kill -9 of all at once, and the owner's end. */
async function kill(owner: ChildProcess, ...others: number[]): Promise<void> {
  const exited = once(owner, 'exit')
  for (const pid of others) process.kill(pid, 'SIGKILL')
  owner.kill('SIGKILL')
  await exited
}

describe.each(TIES)('an engine tied by the %s', (tie, env) => {
  test('is gone after a kill -9 of its owner', async () => {
    const { owner, engine, guards } = await startOwner(env)
    const family = [engine, ...guards()]
    await kill(owner)
    expect(await untilGone(family, GONE_MS)).toEqual([])
  })

  test('that loses everything around it at once ends with it, or keeps its folder until the next start ends it', async () => {
    const { owner, engine, guards, port } = await startOwner(env)
    await kill(owner, ...guards())
    if (tie === 'kernel' && process.platform === 'linux') expect(await untilGone([engine], GONE_MS)).toEqual([])
    const next = await startEngine({ dataDir: folder.path })
    expect(await untilGone([engine], 0)).toEqual([])
    expect(await knockAt('127.0.0.1', port)).toBe('ECONNREFUSED')
    await next.stop()
  })
})

test('a guard that is killed gets a successor', async () => {
  const { owner, engine, guards, port } = await startOwner({ PATH: '/nowhere' })
  const [first = 0] = guards()
  process.kill(first, 'SIGKILL')
  while (guards().length === 0 || guards().includes(first)) await sleep(20)
  expect(await knockAt('127.0.0.1', port)).toBe('open')
  const family = [engine, ...guards()]
  await kill(owner)
  expect(await untilGone(family, GONE_MS)).toEqual([])
})
