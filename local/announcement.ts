import { type Announced, banner, type Setting } from './banner.ts'
import { type WrittenCredentials, writeLocalCredentials } from './credentials.ts'
import { writeReadyFile } from './ready-file.ts'
import type { LocalRegion } from './regions/local-regions.ts'
import type { System } from './system.ts'

/** What runs, with its regions where there are several. */
export interface AnnouncedSystem extends Announced, Pick<System, 'credentials'> {
  /** Where its table is; of several regions each has its own. */
  dynamodbEndpoint?: string
}

/** Tells people and programs that requests are served, for as long as they are. */
export class Announcement {
  readonly #system: AnnouncedSystem
  readonly #credentials: WrittenCredentials
  readonly #readyFile: string | undefined
  #removeReadyFile = () => {}

  /** Writes the key for the CLI, the terminal's text and the ready file. */
  constructor(system: AnnouncedSystem, setting: Setting, readyFile: string | undefined) {
    const { adminUrl, credentials, regions } = system
    this.#system = system
    this.#readyFile = readyFile
    this.#credentials = writeLocalCredentials(adminUrl, credentials, setting.folder, setting.data, regions)
    process.stdout.write(banner(system, setting))
    this.#writeReadyFile(regions)
  }

  /** Another region is primary now. */
  moved(regions: LocalRegion[]): void {
    const primary = regions.find((region) => region.primary)
    process.stdout.write(`${this.#system.adminUrl} leads to ${primary?.name} now.\n`)
    this.#writeReadyFile(regions)
  }

  takeBack(): void {
    this.#removeReadyFile()
    this.#credentials.remove()
  }

  #writeReadyFile(regions: LocalRegion[] | undefined): void {
    if (!this.#readyFile) return
    const { baseUrl, adminUrl, consoleUrl, tokens, withoutToken, dynamodbEndpoint } = this.#system
    const places = { credentialsFile: this.#credentials.path, dynamodbEndpoint, regions }
    const ready = { baseUrl, adminUrl, consoleUrl, tokens, withoutToken, ...places, pid: process.pid }
    this.#removeReadyFile = writeReadyFile(this.#readyFile, ready)
  }
}
