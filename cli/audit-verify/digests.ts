import type { Digest } from '../../shared/audit/chain/digest.ts'
import type { DigestsAnswer } from '../../shared/http/digests-operation.ts'
import type { Api } from '../api.ts'

/** The digest of an hour, whole; without one where what is stored there is none. */
export interface HourDigest {
  hour: string
  digest: Digest | null
  /** How often it was written or deleted. */
  versions: number
}

/** The digests of a range, and since when events are shown. */
export interface Digests {
  eventsFrom: number
  /** Beginning of the first hour that has a digest: epoch milliseconds. */
  begin: number | undefined
  /** When the account's first digest is due, while it has none. */
  firstDue: string | undefined
  /** Whose events they vouch for, where there are several regions. */
  region: DigestsAnswer['region']
  hours: AsyncGenerator<HourDigest, void>
}

type Range = Readonly<Record<'from' | 'to', string | undefined>>

/** Asks for the digests of a range, oldest hour first; no more than one answer is held. */
export async function openDigests(api: Api, range: Range, signal: AbortSignal): Promise<Digests> {
  const ask = (next?: string) =>
    api.call<DigestsAnswer>({ path: ['audit', 'digests'], query: { ...range, next }, signal })
  const first = await ask()
  const [oldest] = first.digests
  return {
    eventsFrom: Date.parse(first.eventsFrom),
    begin: oldest && Date.parse(oldest.hour),
    firstDue: first.firstDue,
    region: first.region,
    hours: walkDigests(first, ask),
  }
}

/** A digest whose entries come in several answers is put together; the next answer is on its way while one is read. */
async function* walkDigests(
  first: DigestsAnswer,
  ask: (next: string) => Promise<DigestsAnswer>,
): AsyncGenerator<HourDigest, void> {
  let open: HourDigest | undefined
  for (let answer = first; ; ) {
    const following = answer.next === undefined ? undefined : ask(answer.next)
    // Whoever comes to it hears that it failed.
    following?.catch(() => {})
    for (const { hour, digest, offset, versions = 1 } of answer.digests) {
      if (open && offset > 0) open = { hour, digest: joined(open.digest, digest), versions }
      else {
        if (open) yield open
        open = { hour, digest, versions }
      }
    }
    if (!following) break
    answer = await following
  }
  if (open) yield open
}

const joined = (first: Digest | null, more: Digest | null): Digest | null =>
  first && more && { ...first, entries: [...first.entries, ...more.entries] }
