import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { DYNOXIDE } from './dynoxide.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { isOver, spawnTied } from './tied-process.ts'

/** What answers DynamoDB's protocol on this machine, for as long as this process lives. */
export interface Engine {
  endpoint: string
  /** Settles when the engine is gone, stopped or not. */
  ended: Promise<void>
  /** Ends the engine and frees its data folder. */
  stop(): Promise<void>
}

/** A program that can be the engine; it listens on 127.0.0.1 only. */
export interface EngineProgram {
  /** What runs it on a port; without a folder for its data it keeps them in memory. @throws {Error} if not installed. */
  command(port: number, dataDir: string | undefined): [file: string, ...args: string[]]
  /** What it writes to stderr once the port is open. */
  readyLine(port: number): string
  /** What it says when another process has taken the port. */
  portLost: RegExp
}

export interface EngineOptions {
  /** Folder that keeps the data; without it everything is lost at the end. */
  dataDir?: string
}

const PROGRAM = DYNOXIDE
/** Left by the engine of earlier versions. */
const FOREIGN_DATA = 'shared-local-instance.db'
const READY_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 5000
const PORT_ATTEMPTS = 5

/**
 * Starts the engine and waits until it listens, some milliseconds.
 * @throws {Error} when there is none for this platform, or when the data folder is another system's or another engine's.
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const dataDir = options.dataDir && resolve(options.dataDir)
  const lock = dataDir ? await takeFolder(dataDir) : undefined
  try {
    const { endpoint, child } = await launch(dataDir, lock)
    const ended = once(child, 'exit').then(() => {})
    return { endpoint, ended, stop: () => stop(child).finally(() => lock?.release()) }
  } catch (error) {
    lock?.release()
    throw error
  }
}

async function takeFolder(dataDir: string): Promise<FolderLock> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  if (existsSync(join(dataDir, FOREIGN_DATA))) {
    throw new Error(
      `The data folder ${dataDir} was written by the engine of an earlier version, which this one cannot read: remove it, or choose another --data-dir`,
    )
  }
  return lockFolder(dataDir)
}

/** Another process can take a free port before the engine does, so a lost port is tried again with another. */
async function launch(dataDir: string | undefined, lock: FolderLock | undefined) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const [file, ...args] = PROGRAM.command(port, dataDir)
    const child = spawnTied(file, args)
    if (child.pid) lock?.holdFor(child.pid)
    try {
      await untilReady(child, PROGRAM.readyLine(port))
      return { endpoint: `http://127.0.0.1:${port}`, child }
    } catch (cause) {
      await stop(child)
      const { message } = cause as Error
      if (attempt < PORT_ATTEMPTS && PROGRAM.portLost.test(message)) continue
      throw new Error(`The local engine did not start: ${message}`, { cause })
    }
  }
}

/** Reads on for ever: a pipe that nobody empties would stop the engine. */
function untilReady(child: ChildProcess, line: string): Promise<void> {
  return new Promise((ready, fail) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000)
      if (said.includes(line)) ready()
    })
    child.once('error', fail)
    child.once('close', () => fail(new Error(said.trim() || 'it ended without a word')))
    setTimeout(() => fail(new Error(`no answer within ${READY_TIMEOUT_MS / 1000} s`)), READY_TIMEOUT_MS).unref()
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || isOver(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('The system gave no port')
  return address.port
}
