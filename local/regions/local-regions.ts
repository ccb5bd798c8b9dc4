import { SCIM_BASE } from '../../shared/http/routes.ts'
import type { Controlled } from './control.ts'
import type { RegionSettings } from './region-messages.ts'
import { type RegionProcess, startRegionProcess } from './region-process.ts'
import type { Direction, Replicator } from './replicator.ts'
import type { Timetable } from './timetable.ts'

/** A region of this machine, as the ready file and the CLI's credentials have it. */
export interface LocalRegion {
  name: string
  /** Its own address; clients have that of the whole. */
  baseUrl: string
  adminUrl: string
  /** Whether it takes the writes of the default account. */
  primary: boolean
  /** Where its table is for what opens it by itself: what is written there is replicated. */
  dynamodbEndpoint: string
  tableName: string
}

interface Running {
  /** As it was started first: it comes back at the same address. */
  settings: RegionSettings
  process: RegionProcess | undefined
  url: string
}

export interface LocalRegionsOptions {
  replicator: Replicator
  timetable: Timetable
  lagMs: number
  primary(): string
  /** Hears of a region that ended by itself. */
  failed(message: string): void
}

/** The processes of all regions, and the links between them. */
export class LocalRegions implements Controlled {
  readonly #options: LocalRegionsOptions
  readonly #running = new Map<string, Running>()

  constructor(options: LocalRegionsOptions) {
    this.#options = options
  }

  get names(): readonly string[] {
    return [...this.#running.keys()]
  }

  /** Where a region is reached at its own address. */
  urlOf(name: string): string {
    return this.#region(name).url
  }

  /** Starts a region's process; {@link LocalRegions.ready} waits for it. */
  add(settings: RegionSettings): void {
    const region = { settings, process: undefined, url: '' }
    this.#running.set(settings.regions.own, region)
    this.#start(region)
  }

  async ready(): Promise<void> {
    await Promise.all([...this.#running.values()].map((region) => this.#untilReady(region)))
  }

  list(): LocalRegion[] {
    const primary = this.#options.primary()
    return [...this.#running].map(
      ([
        name,
        {
          url,
          settings: { endpoint, tableName },
        },
      ]) => {
        const about = { name, baseUrl: `${url}${SCIM_BASE}`, adminUrl: url, primary: name === primary }
        return { ...about, dynamodbEndpoint: endpoint, tableName }
      },
    )
  }

  state(): object {
    const { replicator, lagMs } = this.#options
    const waiting = replicator.pending()
    const links = replicator.directions().map((direction) => {
      const own = waiting.filter(({ from, to }) => from === direction.from && to === direction.to)
      return { ...direction, cut: replicator.isCut(direction), waiting: own.length }
    })
    const regions = this.list().map((region) => ({ ...region, lost: replicator.isLost(region.name) }))
    return { regions, links, lagMs }
  }

  cut(direction?: Direction): void {
    this.#options.replicator.cut(direction)
  }

  heal(direction?: Direction): void {
    this.#options.replicator.heal(direction)
    this.#options.timetable.resume()
  }

  /** Nobody hears of it any more, not even of what it is just doing. */
  async lose(name: string): Promise<void> {
    this.#options.replicator.lose(name)
    const region = this.#region(name)
    const { process } = region
    region.process = undefined
    await process?.stop('SIGKILL')
  }

  async regain(name: string): Promise<void> {
    const region = this.#region(name)
    if (region.process) return
    this.#options.replicator.regain(name)
    this.#options.timetable.resume()
    this.#start(region)
    await this.#untilReady(region)
  }

  async stop(): Promise<void> {
    const processes = [...this.#running.values()].map((region) => {
      const { process } = region
      region.process = undefined
      return process?.stop()
    })
    await Promise.all(processes)
  }

  #region(name: string): Running {
    const region = this.#running.get(name)
    if (!region) throw new Error(`There is no region "${name}"`)
    return region
  }

  #start(region: Running): void {
    const process = startRegionProcess(region.settings)
    region.process = process
    void process.ended.then(() => {
      if (region.process !== process) return
      region.process = undefined
      this.#options.failed(`The region ${region.settings.regions.own} ended unexpectedly: start again`)
    })
  }

  async #untilReady(region: Running): Promise<void> {
    region.url = (await region.process?.ready) ?? region.url
    region.settings.port = Number(new URL(region.url).port)
  }
}
