import type { Digest } from '../../shared/audit/chain/digest.ts'
import type { DigestsAnswer } from '../../shared/http/digests-operation.ts'
import type { Api } from '../api.ts'

/** The digest of an hour, whole; without one where what is stored there is none. */
export interface HourDigest {
  hour: string
  digest: Digest | null
}

/** The digests of a range, and since when events are shown. */
export interface Digests {
  eventsFrom: number
  hours: AsyncGenerator<HourDigest, void>
}

type Range = Readonly<Record<'from' | 'to', string | undefined>>

/** Asks for the digests of a range, oldest hour first; no more than one answer is held. */
export async function openDigests(api: Api, range: Range, signal: AbortSignal): Promise<Digests> {
  const ask = (next?: string) =>
    api.call<DigestsAnswer>({ path: ['audit', 'digests'], query: { ...range, next }, signal })
  const first = await ask()
  return { eventsFrom: Date.parse(first.eventsFrom), hours: walkDigests(first, ask) }
}

/** A digest whose entries come in several answers is put together. */
async function* walkDigests(
  first: DigestsAnswer,
  ask: (next: string) => Promise<DigestsAnswer>,
): AsyncGenerator<HourDigest, void> {
  let open: HourDigest | undefined
  for (let answer = first; ; ) {
    for (const { hour, digest, offset } of answer.digests) {
      if (open && offset > 0) open = { hour, digest: joined(open.digest, digest) }
      else {
        if (open) yield open
        open = { hour, digest }
      }
    }
    if (answer.next === undefined) break
    answer = await ask(answer.next)
  }
  if (open) yield open
}

const joined = (first: Digest | null, more: Digest | null): Digest | null =>
  first && more && { ...first, entries: [...first.entries, ...more.entries] }
