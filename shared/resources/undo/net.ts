import type { RestEvent } from '../../audit/rest-event.ts'
import type { ResourceType } from '../../scim/schema.ts'
import type { Db } from '../../store/client.ts'
import { loadEffect } from './load-effect.ts'
import { addEffect, type Effect, noEffect, withoutNothing } from './net-effect.ts'
import { Refused } from './refused.ts'

/** What the events that are undone came to, for one object. */
export interface Net {
  effect: Effect
  /** The last of these events. */
  newest: RestEvent | undefined
  /** The name it had when one of them deleted it. */
  deletedName: string | undefined
  /** Why it cannot be known. */
  problem: Refused | undefined
}

/** Adds up events of one object, in the order in which they happened. */
export async function loadNet(
  db: Db,
  { uniqueName }: ResourceType,
  pages: AsyncIterable<readonly RestEvent[]> | Iterable<readonly RestEvent[]>,
): Promise<Net> {
  const net: Net = { effect: noEffect(), newest: undefined, deletedName: undefined, problem: undefined }
  for await (const events of pages) {
    for (const event of events) {
      net.newest = event
      const effect = await loadEffect(db, event).catch((error) => {
        if (!(error instanceof Refused)) throw error
        net.problem = error
      })
      if (!effect) continue
      const { before, after } = effect.attributes.get(uniqueName) ?? {}
      if (typeof before === 'string' && after === undefined) net.deletedName = before
      // What was marked when it was deleted is kept beside the delete, and what came later is not before.
      addEffect(net.effect, net.deletedName === undefined ? effect : { ...effect, marks: new Map() })
    }
  }
  return { ...net, effect: withoutNothing(net.effect) }
}

/** Whether these events made the object. */
export const isCreation = ({ effect }: Net, { uniqueName }: ResourceType): boolean => {
  const sides = effect.attributes.get(uniqueName)
  return sides !== undefined && sides.before === undefined
}

/** Whether these events took the object away and did nothing else that is left. */
export const isDeletion = ({ effect, deletedName }: Net): boolean =>
  deletedName !== undefined && [...effect.attributes.values()].every(({ after }) => after === undefined)
