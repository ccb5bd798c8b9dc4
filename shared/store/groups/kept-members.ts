import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import type { Cause } from '../events/grant.ts'
import { toKeptMembers } from '../events/kept.ts'
import { stampedItem } from '../regions/gate.ts'
import type { Actions } from '../transaction.ts'
import type { GroupHead } from './heads.ts'
import type { Intent } from './intents.ts'
import { displaysOf, type StoredMember } from './member-item.ts'
import { packDelta } from './packed-delta.ts'
import { splitDelta } from './to-intents.ts'

/**
 * Keeps members that an event could not list, in the transaction that takes their intents away: until then those hold
 * them. 2 write units for each KB, some 32 for a thousand members.
 */
export const keepIntentActions = (db: Db, account: string, intents: Intent[]): Actions =>
  Object.fromEntries(
    intents
      .filter(({ isKept }) => isKept)
      .map((intent) => {
        const { cause, n, add, remove, displays, lost } = intent
        const members = packDelta({ add, remove, displays, lost }, true)
        const Item = toKeptMembers(db, { account, ...cause }, `INTENT#${intent.version}#${n}`, members)
        return [`kept:${cause.eventId}:${n}`, { Put: { Item } }] as const
      }),
  )

/**
 * Keeps members that a deleted group had, before they are taken away: those of one part of a slice, so that what was
 * kept before is never written over by what is left of it. 1 write unit for each KB.
 */
export async function putLeftMembers(db: Db, head: GroupHead, cause: Cause, members: StoredMember[]): Promise<void> {
  const delta = { add: [], remove: members.map(({ userId }) => userId), displays: [], lost: displaysOf(members) }
  const slice = `LEFT#${String(head.epoch).padStart(16, '0')}`
  const items = splitDelta(delta).map((part) =>
    toKeptMembers(db, cause, `${slice}#${part.delta.remove[0]}`, packDelta(part.delta, true)),
  )
  await mapConcurrently(items, PARALLEL, (Item) =>
    db.client.send(new PutCommand({ TableName: db.tableName, Item: stampedItem(db, Item) })),
  )
}

const PARALLEL = 4
