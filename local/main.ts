import { rmSync } from 'node:fs'
import { banner } from './banner.ts'
import { writeLocalCredentials } from './credentials.ts'
import { ensureTable } from './engine/create-table.ts'
import { type Engine, startEngine } from './engine/engine.ts'
import { chosenEngine } from './environment.ts'
import { engineFolder, type Options, parseOptions, USAGE } from './options.ts'
import { watchParent } from './parent-watch.ts'
import { removePrivateFile, writePrivateFile } from './private-file.ts'
import { type System, startSystem } from './system.ts'

const TABLE_NAME = 'rolecall'

/** Runs everything until it is told to stop. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(USAGE)
    return
  }
  // What an earlier run left there would tell whoever waits for the file the wrong address.
  if (options.readyFile) rmSync(options.readyFile, { force: true })
  const run = new Run()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void run.stop())
  watchParent(() => void run.stop())
  await run.start(options).catch((error: Error) => run.fail(error.message))
}

/** Everything that was started, to be stopped in the opposite order. */
class Run {
  stopping: Promise<void> | undefined
  readonly #endings: (() => unknown)[] = []

  async start(options: Options): Promise<void> {
    const chosen = chosenEngine(process.env)
    const { tableName = TABLE_NAME, aws } = chosen ?? {}
    const endpoint = chosen?.endpoint ?? this.#startEngine(options).then((engine) => engine.endpoint)
    const { port } = options
    const system = await startSystem({ endpoint, tableName, port, prepare: ensureTable, ...(aws && { aws }) })
    this.#endings.push(system.stop)
    if (!this.stopping) this.#announce(system, options)
  }

  async #startEngine(options: Options): Promise<Engine> {
    const engine = await startEngine(options.memory ? {} : { dataDir: engineFolder(options) })
    this.#endings.unshift(engine.stop)
    if (this.stopping) await engine.stop()
    void engine.ended.then(() => this.fail('The local engine ended unexpectedly: start again'))
    return engine
  }

  #announce(system: System, options: Options): void {
    const { baseUrl, adminUrl, tokens, credentials } = system
    this.#endings.push(writeLocalCredentials(adminUrl, credentials, options.folder))
    process.stdout.write(banner(system, options))
    if (!options.readyFile) return
    const { readyFile } = options
    const ready = { baseUrl, adminUrl, tokens, pid: process.pid }
    writePrivateFile(readyFile, ready)
    this.#endings.push(() => removePrivateFile(readyFile, ready))
  }

  /** Says what went wrong, unless it is a consequence of stopping, and ends with code 1. */
  async fail(message: string): Promise<void> {
    if (this.stopping) return
    process.stderr.write(`${message}\n`)
    process.exitCode = 1
    await this.stop()
  }

  /** Stops everything, last things first, and ends the process. */
  stop(): Promise<void> {
    this.stopping ??= this.#end()
    return this.stopping
  }

  async #end(): Promise<void> {
    for (const end of this.#endings.toReversed()) await end()
    process.exit()
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
