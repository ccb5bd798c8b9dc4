import { setTimeout as sleep } from 'node:timers/promises'
import { newUser, patchOf } from '../factories/scim-api.ts'
import type { Request } from '../rfc/client.ts'
import { Tally, tallied } from './requests.ts'

const EVERY_MS = 100

/** What other clients want meanwhile: a steady trickle of requests that have nothing to do with the change. */
export class Trickle {
  readonly tally = new Tally()
  readonly #request: Request
  readonly #users: readonly string[]
  readonly #groups: readonly string[]
  readonly #running: Promise<void>
  #ended = false
  #sent = 0

  constructor(request: Request, users: readonly string[], groups: readonly string[]) {
    this.#request = tallied(request, this.tally)
    this.#users = users
    this.#groups = groups
    this.#running = this.#run()
  }

  /** Waits for the last answer. */
  async end(): Promise<Tally> {
    this.#ended = true
    await this.#running
    return this.tally
  }

  async #run(): Promise<void> {
    const underWay = new Set<Promise<unknown>>()
    while (!this.#ended) {
      const sent = this.#next().finally(() => underWay.delete(sent))
      underWay.add(sent)
      await sleep(EVERY_MS)
    }
    await Promise.all(underWay)
  }

  #next(): Promise<unknown> {
    const n = this.#sent++
    const user = this.#users[(n * 7919) % this.#users.length] ?? ''
    const group = this.#groups[n % this.#groups.length] ?? ''
    const requests = [
      () => this.#request('GET', `/Users/${user}`),
      () => this.#request('GET', `/Users?filter=${encodeURIComponent(`userName eq "person.${n}@example.com"`)}`),
      () => this.#request('PATCH', `/Users/${user}`, patchOf({ op: 'replace', path: 'title', value: `Title ${n}` })),
      () => this.#request('GET', `/Groups/${group}?excludedAttributes=members`),
      () => this.#request('POST', '/Users', newUser(`trickle-${n}-${Date.now()}@example.com`)),
      () => this.#request('GET', `/Users/${user}?excludedAttributes=groups`),
    ]
    return (requests[n % requests.length] as () => Promise<unknown>)()
  }
}
