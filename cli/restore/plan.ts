import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { nameOf } from '../../shared/store/claims.ts'
import { getDeletion } from '../../shared/store/deletions.ts'
import { toResource } from '../../shared/store/resource-item.ts'
import { type Decision, decide } from './decide.ts'
import { accountOf, type Item, type Kind, kindOf, RESTORE_KIND_NAMES, treatmentOf } from './kinds.ts'
import { scanBeside, type Tables } from './tables.ts'

/** How many items of a kind come to what. */
export type Counts = Record<Decision['act'], number>

/** A token that was issued since the moment that is restored, and ends. */
export interface IssuedSince {
  account: string
  integration: string
  tokenId: string
  name: string
}

/** What a restore would do, and what it does. */
export interface Plan {
  kinds: Record<Kind, Counts>
  issuedSince: IssuedSince[]
}

type Carry = (kind: Kind, item: Item, decision: Decision) => unknown

const none = (): Counts => ({ same: 0, kept: 0, returned: 0, changed: 0, deleted: 0, revoked: 0 })

/**
 * Goes through both tables and decides of each item what becomes of it; `carry` does it, a page at a time. What is only in
 * the live table is found in that, all else in the restored one. Reads alone by itself.
 */
export async function walkTables(
  tables: Tables,
  now: number,
  carry: (decided: Parameters<Carry>[]) => Promise<unknown>,
) {
  const plan: Plan = {
    kinds: Object.fromEntries(RESTORE_KIND_NAMES.map((kind) => [kind, none()])) as Plan['kinds'],
    issuedSince: [],
  }
  const { live, restored } = tables
  const take = async (pairs: readonly (readonly [Item | undefined, Item | undefined])[]) => {
    const decided = await Promise.all(
      pairs.map(async ([there, before]): Promise<Parameters<Carry>> => {
        const item = there ?? before ?? {}
        const kind = kindOf(item)
        const lastVersion = there ? undefined : await lastVersionOf(tables, kind, before)
        return [kind, item, decide(there, before, { now, lastVersion })]
      }),
    )
    for (const [kind, item, { act }] of decided) {
      plan.kinds[kind][act]++
      if (act === 'revoked') plan.issuedSince.push(toIssued(item))
    }
    await carry(decided)
  }
  await scanBeside(live, restored, (pairs) => take(pairs.filter(([, before]) => !before)))
  await scanBeside(restored, live, (pairs) => take(pairs.map(([before, there]) => [there, before] as const)))
  return plan
}

/** Of an object that is gone: the version it had when it was deleted. */
async function lastVersionOf({ live }: Tables, kind: Kind, item: Item | undefined): Promise<number | undefined> {
  if (treatmentOf(kind) !== 'object' || !item) return undefined
  const type = kind === 'users' ? RESOURCE_TYPES.User : RESOURCE_TYPES.Group
  const resource = toResource(type, item)
  return (await getDeletion(live, accountOf(item), type, { name: nameOf(resource), id: resource.id }))?.version
}

const toIssued = ({ account, integration, tokenId, name }: Item): IssuedSince => ({
  ...{ account: String(account), integration: String(integration) },
  ...{ tokenId: String(tokenId), name: String(name) },
})
