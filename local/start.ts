import type { Db } from '../shared/store/client.ts'
import { type AnnouncedSystem, Announcement } from './announcement.ts'
import type { Setting } from './banner.ts'
import { startEngine } from './engine/engine.ts'
import { type ChosenEngine, chosenEngine } from './environment.ts'
import { tokenKeeper } from './kept-tokens.ts'
import { digestFolder, engineFolder, OptionError, type Options, parseOptions, USAGE } from './options.ts'
import { watchParent } from './parent-watch.ts'
import { clearReadyFile } from './ready-file.ts'
import type { System } from './system.ts'

const TABLE_NAME = 'rolecall'
/** Between two requests of the demo. */
const DEMO_PACE_MS = 1000

/** What `npm start` does: runs everything until it is told to stop. Settles once requests are served, or it failed. */
export async function start(args: readonly string[]): Promise<void> {
  const options = tryParse(args)
  if (!options) return
  const run = new Run(options, chosenEngine(process.env))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void run.stop())
  watchParent(() => void run.stop())
  await run.start().catch((error: Error) => run.fail(error.message))
}

/** Nothing where there is nothing to run: help was asked for, or the command line cannot be understood. */
function tryParse(args: readonly string[]): Options | undefined {
  try {
    const options = parseOptions(args)
    if (!options.help) return options
    process.stdout.write(USAGE)
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    process.stderr.write(`${error.message}\nSee "npm start -- --help"\n`)
    process.exitCode = 2
  }
  return undefined
}

/** Everything that was started, to be stopped in the opposite order. */
class Run {
  stopping: Promise<void> | undefined
  readonly #options: Options
  readonly #chosen: ChosenEngine | undefined
  readonly #endings: (() => unknown)[] = []
  #announcement: Announcement | undefined

  constructor(options: Options, chosen: ChosenEngine | undefined) {
    this.#options = options
    this.#chosen = chosen
  }

  async start(): Promise<void> {
    const { readyFile, demo, regions } = this.#options
    if (demo && this.#chosen) throw new Error('--demo plays in memory: unset DYNAMODB_ENDPOINT')
    if (regions > 1 && this.#chosen) throw new Error('--regions 2 has engines of its own: unset DYNAMODB_ENDPOINT')
    if (readyFile) clearReadyFile(readyFile)
    if (regions > 1) return this.#startRegions()
    const system = await this.#startSystem()
    if (this.stopping) return
    this.#announce(system)
    if (demo) void this.#playDemo(system)
  }

  async #startSystem(): Promise<System & AnnouncedSystem> {
    const { port, newTokens, throttled } = this.#options
    const { tableName = TABLE_NAME, aws, endpoint = this.#startEngine() } = this.#chosen ?? {}
    // The engine is on its way while all the rest is imported; if it fails meanwhile, startSystem() says so.
    Promise.resolve(endpoint).catch(() => {})
    const [{ startSystem }, { ensureTable }, { requireHome }] = await Promise.all([
      import('./system.ts'),
      import('./engine/create-table.ts'),
      import('./regions/names.ts'),
    ])
    const prepare = async (db: Db) => {
      await ensureTable(db)
      if (!this.#chosen) await requireHome(db)
    }
    const keeper = this.#setting.data === 'memory' ? {} : { keeper: tokenKeeper(this.#options.folder, this.#chosen) }
    const table = { endpoint, tableName, prepare, ...(aws && { aws }) }
    const kept = this.#setting.data === 'folder' && { digestFolder: digestFolder(this.#options) }
    const system = await startSystem({ ...table, port, newTokens, throttled, ...keeper, ...kept, place: this.#setting })
    this.#endings.push(system.stop)
    return { ...system, dynamodbEndpoint: await endpoint }
  }

  async #startRegions(): Promise<void> {
    const { startRegions } = await import('./regions/start-regions.ts')
    const system = await startRegions({
      ...{ ...this.#options, tableName: TABLE_NAME },
      atEnd: (end) => void this.#endings.push(end),
      failed: (message) => void this.fail(message),
      moved: (regions) => this.#announcement?.moved(regions),
    })
    if (!this.stopping) this.#announce(system)
  }

  /** Without an engine of its own a system has nothing in memory, and nothing in the data folder that others may not have. */
  get #setting(): Setting {
    const { folder, memory } = this.#options
    if (!this.#chosen) return { folder, data: memory ? 'memory' : 'folder', elsewhere: undefined }
    const { endpoint, tableName = TABLE_NAME } = this.#chosen
    return { folder, data: 'elsewhere', elsewhere: `table ${tableName} at ${endpoint}` }
  }

  async #startEngine(): Promise<string> {
    const engine = await startEngine(this.#options.memory ? {} : { dataDir: engineFolder(this.#options) })
    this.#endings.unshift(engine.stop)
    if (this.stopping) await engine.stop()
    void engine.ended.then(() => this.fail('The local engine ended unexpectedly: start again'))
    return engine.endpoint
  }

  #announce(system: AnnouncedSystem): void {
    const announcement = new Announcement(system, this.#setting, this.#options.readyFile)
    this.#announcement = announcement
    this.#endings.push(() => announcement.takeBack())
  }

  /** Plays until it is over or the system stops; what goes wrong in it ends only the demo. */
  async #playDemo(system: System): Promise<void> {
    const { playDemo, removeDemo } = await import('./demo/demo.ts')
    const stop = new AbortController()
    const { folder } = this.#options
    this.#endings.push(() => {
      stop.abort()
      removeDemo(folder)
    })
    const tell = (line: string) => process.stdout.write(`${line}\n`)
    await playDemo(system, { paceMs: DEMO_PACE_MS, folder, tell, signal: stop.signal }).catch((error: Error) => {
      if (!stop.signal.aborted) process.stderr.write(`The demo ended early: ${error.message}\n`)
    })
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
