import { setTimeout as sleep } from 'node:timers/promises'
import type { RestEvent } from '../../audit/rest-event.ts'

/** Where events go besides the table. */
export interface Outlet {
  /** Hands events on. @returns those that were not taken, to be handed on again. */
  send(events: readonly RestEvent[]): Promise<RestEvent[]>
}

/** Something of an event that is handed on. */
export interface Parcel<Content> {
  event: RestEvent
  content: Content
}

const PAUSES_MS = [100, 400]

/**
 * Hands parcels on in batches of at most `most`; of a batch that is taken in part the rest is sent again, twice.
 * @returns the events of those that were not taken.
 */
export async function sendAll<Content>(
  parcels: readonly Parcel<Content>[],
  most: number,
  sendBatch: (contents: Content[]) => Promise<readonly boolean[]>,
): Promise<RestEvent[]> {
  const failed: RestEvent[] = []
  for (let at = 0; at < parcels.length; at += most) {
    let left = parcels.slice(at, at + most)
    for (const pauseMs of [0, ...PAUSES_MS]) {
      if (left.length === 0) break
      if (pauseMs > 0) await sleep(pauseMs)
      const batch = left
      const taken = await sendBatch(batch.map(({ content }) => content))
      left = batch.filter((_, n) => !taken[n])
    }
    failed.push(...left.map(({ event }) => event))
  }
  return failed
}
