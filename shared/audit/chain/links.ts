import type { ChainFinding } from './compare.ts'
import { type Digest, HOUR_MS, hashOf, hourAfter, type Link } from './digest.ts'

/** By when the digest of an hour that ended is made at the latest, where nothing is wrong. */
const LATEST_MS = 2 * HOUR_MS
/** So much later than its hour's end a digest is made where nothing was wrong. */
const LATE_MS = 3 * HOUR_MS
/** Hours that one gap names. */
const MAX_NAMED = 48

/** Holds digest after digest against the one before it, in order of time. */
export class Links {
  /** The beginning of the range, where it was asked for. */
  readonly #from: string | undefined
  #last: Link | undefined
  /** Whether only digests were seen by now that were made up for when the chain was begun. */
  #isBeginning = true
  #late: { digest: Digest; count: number } | undefined

  constructor(from: string | undefined) {
    this.#from = from
  }

  /** The newest digest by now. */
  get last(): Link | undefined {
    return this.#last
  }

  /** What is wrong with this digest and its place; of digests that were late in a row it is told behind the last. */
  follow(digest: Digest): ChainFinding[] {
    const { hour, hash } = digest
    const own = hashOf(digest) === hash ? [] : [altered(hour)]
    const found = [...this.#followLate(digest), ...this.#gap(digest), ...this.#break(digest), ...own]
    this.#last = { hour, hash }
    return found
  }

  /** Whether nothing vouches for an hour's events until long after it. */
  static isLate({ hour, madeAt }: Digest): boolean {
    return Date.parse(madeAt) - Date.parse(hour) - HOUR_MS > LATE_MS
  }

  /** A chain that is begun makes up for what is kept by then: that is no finding. */
  #followLate(digest: Digest): ChainFinding[] {
    const isLate = Links.isLate(digest)
    this.#isBeginning &&= isLate && (digest.previous === null || this.#last !== undefined)
    if (isLate && this.#isBeginning) return []
    if (isLate && this.#late) this.#late.count += 1
    if (isLate) this.#late ??= { digest, count: 1 }
    return isLate ? [] : this.#endLate()
  }

  #endLate(): ChainFinding[] {
    const found = this.#late ? [late(this.#late.digest, this.#late.count)] : []
    this.#late = undefined
    return found
  }

  /** What is there in a digest's place and cannot be read as one. */
  unreadable(hour: string): ChainFinding[] {
    const gap = this.#last ? missing(hourAfter(this.#last.hour), hour) : []
    this.#last = { hour, hash: '' }
    return [...gap, altered(hour)]
  }

  /** Digests that are missing behind the newest, up to `end` (epoch milliseconds). */
  end(end: number, now: number): ChainFinding[] {
    const due = Math.min(end, now - LATEST_MS - HOUR_MS)
    const lacking = this.#last ? missing(hourAfter(this.#last.hour), new Date(due + 1).toISOString()) : []
    return [...this.#endLate(), ...lacking]
  }

  #gap({ hour, previous }: Digest): ChainFinding[] {
    if (this.#last) return missing(hourAfter(this.#last.hour), hour)
    if (previous === null) return []
    return this.#from === undefined ? missing(previous.hour, hour) : missing(this.#from, hour)
  }

  #break({ hour, previous }: Digest): ChainFinding[] {
    if (!this.#last || this.#last.hash === '') return []
    if (previous === null) return [broken(hour, 'begins a chain of its own')]
    const { hour: lastHour, hash } = this.#last
    const isLink = previous.hour === lastHour ? previous.hash === hash : hourAfter(lastHour) !== hour
    return isLink
      ? []
      : [broken(hour, `does not follow the digest of ${previous.hour} that is there: one was replaced`)]
  }
}

const altered = (hour: string): ChainFinding => ({
  kind: 'digest altered',
  time: hour,
  says: 'the digest of this hour was changed, so nothing vouches for its events',
})

const broken = (hour: string, how: string): ChainFinding => ({
  kind: 'chain broken',
  time: hour,
  says: `the digest of this hour ${how}`,
})

const late = ({ hour, madeAt }: Digest, count: number): ChainFinding => ({
  kind: 'digest late',
  time: hour,
  says: `the digest of this hour${count > 1 ? ` and of ${count - 1} behind it` : ''} was made at ${madeAt}, over three hours late: nothing vouches for what the events were before`,
})

/** Of a digest that was written or deleted again. */
export const replaced = (hour: string, versions: number): ChainFinding => ({
  kind: 'digest replaced',
  time: hour,
  says: `the digest of this hour was written over or deleted: there are ${versions} versions, and events are held against the first`,
})

/** A finding for each hour from `from` on and before `to`. */
function missing(from: string, to: string): ChainFinding[] {
  const findings: ChainFinding[] = []
  const says = 'there is no digest of this hour, so nothing vouches for its events'
  for (let hour = from; hour < to && findings.length < MAX_NAMED; hour = hourAfter(hour)) {
    findings.push({ kind: 'digest missing', time: hour, says })
  }
  const left = Math.round((Date.parse(to) - Date.parse(from)) / HOUR_MS) - findings.length
  const [last] = findings.slice(-1)
  if (last && left > 0) last.says = `${says}, nor of the ${left} hours behind it`
  return findings
}
