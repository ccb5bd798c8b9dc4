import { type ChainFinding, compareHour } from '../../shared/audit/chain/compare.ts'
import { type Digest, HOUR_MS, type Link } from '../../shared/audit/chain/digest.ts'
import { Links, replaced } from '../../shared/audit/chain/links.ts'
import type { Digests, HourDigest } from './digests.ts'
import { type HourRows, isWithin, type Rows, writtenBy } from './rows.ts'

/** What is verified, and against what. */
export interface Question {
  digests: Digests
  /** Opened when it is known since when there are events and digests. */
  openRows(digests: Pick<Digests, 'eventsFrom' | 'begin'>): Rows
  /** Beginning of the first hour, where one was asked for; end of the last: epoch milliseconds. */
  from: number | undefined
  to: number
  /** The hash of a digest that somebody kept. */
  expected: string | undefined
  /** When the events were read: epoch milliseconds. */
  now: number
}

/** What a verification came to by now. */
export interface Verified {
  hours: number
  events: number
  /** Whose time was over, so that only the archive has them. */
  expired: number
  /** Hours that were digested so late that nothing vouches for their events before. */
  late: number
  /** Hours of which the file has a part only. */
  partial: number
  /** Events of hours that have no digest: before the chain, within a gap, since the last digest. */
  unvouched: number
  last: Link | undefined
}

/** Holds digests against each other and events against digests, hour by hour: no more than an hour is held. */
export class Verification {
  readonly verified: Verified = { hours: 0, events: 0, expired: 0, late: 0, partial: 0, unvouched: 0, last: undefined }
  readonly #question: Question
  readonly #links: Links
  readonly #rows: Rows
  #hasExpected = false
  #next: HourRows | undefined

  constructor(question: Question) {
    const { from, digests } = question
    this.#question = question
    this.#links = new Links(from === undefined ? undefined : new Date(from).toISOString())
    const rows = question.openRows(digests)
    this.#rows = digests.region ? { ...rows, hours: writtenBy(rows.hours, digests.region) } : rows
  }

  /** What is not as it was, in order of time. */
  async *findings(): AsyncGenerator<ChainFinding[], void> {
    const { digests, expected, to, now } = this.#question
    await this.#readNext()
    for await (const one of digests.hours) {
      yield await this.#verifyHour(one)
      this.verified.last = this.#links.last
    }
    yield this.#links.end(to, now)
    await this.#passOver('9999')
    if (expected !== undefined && !this.#hasExpected) yield [notTheChain(expected, now)]
  }

  async #verifyHour({ versions, ...one }: HourDigest): Promise<ChainFinding[]> {
    const found = await this.#verifyDigest(one)
    return versions > 1 ? [replaced(one.hour, versions), ...found] : found
  }

  async #verifyDigest({ hour, digest }: Omit<HourDigest, 'versions'>): Promise<ChainFinding[]> {
    await this.#passOver(hour)
    const rows = this.#next?.hour === hour ? this.#next.rows : []
    if (this.#next?.hour === hour) await this.#readNext()
    this.verified.hours += 1
    if (!digest) return this.#links.unreadable(hour)
    this.#hasExpected ||= digest.hash === this.#question.expected
    const links = this.#links.follow(digest)
    if (links.some(({ kind, time }) => kind === 'digest altered' && time === hour)) return links
    return [...links, ...this.#compare(digest, rows)]
  }

  #compare(digest: Digest, rows: HourRows['rows']): ChainFinding[] {
    const { now } = this.#question
    const { eventsFrom } = this.#rows
    if (Links.isLate(digest)) this.verified.late += 1
    const isGone = Date.parse(digest.hour) + HOUR_MS <= eventsFrom
    if (!isGone && !this.#isWhole(digest.hour)) {
      this.verified.partial += 1
      return []
    }
    const { findings, expired } = compareHour(digest, rows, { now: this.#rows.expire ? now : 0, eventsFrom })
    this.verified.events += rows.length
    this.verified.expired += expired
    return findings
  }

  /** Of what expires within an hour the rest is still compared. */
  #isWhole(hour: string): boolean {
    const { from, to } = this.#rows
    return isWithin(hour, { from: from <= this.#rows.eventsFrom ? 0 : from, to })
  }

  /** Events that no digest vouches for. */
  async #passOver(hour: string): Promise<void> {
    while (this.#next && this.#next.hour < hour) {
      this.verified.unvouched += this.#next.rows.length
      await this.#readNext()
    }
  }

  async #readNext(): Promise<void> {
    const { done, value } = await this.#rows.hours.next()
    this.#next = done ? undefined : value
  }
}

const notTheChain = (expected: string, now: number): ChainFinding => ({
  kind: 'not the chain',
  time: new Date(now).toISOString(),
  says: `no digest of the range has the hash ${expected}: the range does not hold its hour, or the chain is another one`,
})
