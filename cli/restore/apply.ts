import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { listAccounts } from '../../shared/store/accounts.ts'
import { batchWrite, type WriteRequest } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventWrite } from '../../shared/store/events/item.ts'
import { getIntegrations } from '../../shared/store/integrations.ts'
import type { Violation } from '../../shared/store/invariants/violation.ts'
import { namedId } from '../../shared/store/new-id.ts'
import { Failure } from '../failure.ts'
import { dropLeftLookups } from '../mend/left-lookups.ts'
import { mendAccount } from '../mend/mend.ts'
import { beginWatch, requireAlone, requirePlanned, requireUnwritten } from './alone.ts'
import { closeTable, type IntegrationName, listOpen, unparkAll } from './close.ts'
import { restoreIntegration } from './integrations.ts'
import { type Item, type Kind, kindOf, treatmentOf } from './kinds.ts'
import { deleteRestoreMark, getRestoreMark, putRestoreMark, type RestoreMark, STEPS, type StepName } from './mark.ts'
import { type Plan, walkTables } from './plan.ts'
import { keyOf, scanPages, type Tables } from './tables.ts'

/** Who restores, to which moment as far as that is known, and who hears how far it came. */
export interface Restore {
  actor: string
  at: string | undefined
  /** When the plan was made that it follows, epoch milliseconds: what was written since is not in it. */
  plannedAt: number | undefined
  progress(text: string): void
}

/** What a restore came to. */
export interface Restored {
  plan: Plan | undefined
  /** What is broken still. */
  violations: Violation[]
  /** Integrations that were on at the moment that is restored, and are off now. */
  off: IntegrationName[]
}

/**
 * Writes the restored state over the live table, step by step; a mark in the live table says which is next, so that one
 * that was cut off goes on by being run again. History stays, and what ended since stays ended.
 * @throws {Failure} where another restore is at it, or somebody else writes meanwhile.
 */
export async function applyRestore(tables: Tables, restore: Restore): Promise<Restored> {
  const { live, restored } = tables
  const begun = (await getRestoreMark(live)) ?? (await begin(tables, restore.plannedAt))
  if (begun.restored !== restored.tableName)
    throw new Failure(`A restore from "${begun.restored}" is not over: run that to its end first`)
  const found: Pick<Restored, 'plan' | 'violations'> = { plan: undefined, violations: [] }
  let mark = begun
  for (const step of STEPS.slice(STEPS.indexOf(begun.step))) {
    mark = { ...mark, step, hasCopied: mark.hasCopied || step === 'copy' }
    await putRestoreMark(live, mark)
    restore.progress(`step ${STEPS.indexOf(step) + 1} of ${STEPS.length}: ${step}`)
    Object.assign(found, await CARRY_OUT[step](tables, mark, restore))
    if (WATCHED.includes(step)) await requireAlone(tables, mark)
  }
  await deleteRestoreMark(live)
  return { ...found, off: await listOff(tables) }
}

/** Behind these it is looked whether somebody else wrote. */
const WATCHED: readonly StepName[] = ['copy', 'mend']

async function begin(tables: Tables, plannedAt: number | undefined): Promise<RestoreMark> {
  const { live, restored } = tables
  const accounts = await listAccounts(restored, Number.POSITIVE_INFINITY)
  if (accounts.length === 0)
    throw new Failure(`The table "${restored.tableName}" holds no account: everything would be deleted`)
  const startedAt = live.clock()
  await requireUnwritten(live, startedAt)
  if (plannedAt !== undefined) await requirePlanned(tables, plannedAt)
  const accountsSince = (await listAccounts(live, Number.POSITIVE_INFINITY)).filter((one) => !accounts.includes(one))
  const watch = await beginWatch(tables, plannedAt ?? startedAt)
  const closed = await listOpen(live)
  return { restored: restored.tableName, startedAt, step: STEPS[0], hasCopied: false, ...watch, accountsSince, closed }
}

/**
 * Gives a restore up that has not begun to copy: the worker goes on with what waits. @returns what it was, with the integrations that are off.
 * @throws {Failure} where none was begun, or it has copied something.
 */
export async function abandonRestore(live: Db): Promise<{ off: IntegrationName[]; waiting: number }> {
  const mark = await getRestoreMark(live)
  if (!mark) throw new Failure(`No restore of "${live.tableName}" was begun`)
  if (mark.hasCopied) {
    const before = new Date(mark.startedAt).toISOString()
    throw new Failure(
      `The restore from "${mark.restored}" has begun to copy, so that the table is neither what it was nor what it is to be: run it to its end. What was before comes back in the same way, from a table that is restored to a moment before ${before}`,
    )
  }
  const waiting = await unparkAll(live)
  const open = await listOpen(live)
  const off = mark.closed.filter(
    ({ account, name }) => !open.some((one) => one.account === account && one.name === name),
  )
  await deleteRestoreMark(live)
  return { off, waiting }
}

type CarryOut = (tables: Tables, mark: RestoreMark, restore: Restore) => Promise<Partial<Restored> | undefined>

const CARRY_OUT: Record<StepName, CarryOut> = {
  close: ({ live }, _mark, { actor }) => closeTable(live, actor).then(() => undefined),
  copy: async (tables, { startedAt }) => ({
    plan: await walkTables(tables, startedAt, (some) => write(tables.live, some)),
  }),
  integrations: async ({ live, restored }, { startedAt }) => {
    for (const item of await itemsOf(restored, 'integration')) await restoreIntegration(live, item, startedAt)
  },
  work: async ({ live, restored }) => {
    await batchWrite(
      live,
      (await itemsOf(restored, 'work')).map((Item) => ({ PutRequest: { Item } })),
    )
  },
  mend: async ({ live }, _mark, { progress }) => {
    await dropLeftLookups(live)
    const violations: Violation[] = []
    for (const account of await listAccounts(live, Number.POSITIVE_INFINITY)) {
      progress(`account ${account} is checked`)
      violations.push(...(await mendAccount(live, account)))
    }
    return { violations }
  },
  tell: async ({ live, restored }, { startedAt, accountsSince }, { actor, at }) => {
    const accounts = [...(await listAccounts(live, Number.POSITIVE_INFINITY)), ...accountsSince]
    for (const account of new Set(accounts))
      await putOnce(live, toEvent({ account, actor, at, from: restored.tableName, startedAt }))
  },
}

/** What is decided as a whole is not written here: integrations come with their tokens, and unfinished work last of all. */
const isWhole = (kind: Kind): boolean => ['integration', 'work'].includes(treatmentOf(kind))

async function write(live: Db, decided: Parameters<Parameters<typeof walkTables>[2]>[0]): Promise<void> {
  const requests = decided.flatMap(([kind, item, decision]): WriteRequest[] => {
    if (decision.act === 'deleted') return [{ DeleteRequest: { Key: { ...keyOf(item) } } }]
    return 'item' in decision && !isWhole(kind) ? [{ PutRequest: { Item: decision.item } }] : []
  })
  await batchWrite(live, requests)
}

async function itemsOf(db: Db, treatment: ReturnType<typeof treatmentOf>): Promise<Item[]> {
  const found: Item[] = []
  for await (const items of scanPages(db))
    found.push(...items.filter((item) => treatmentOf(kindOf(item)) === treatment))
  return found
}

interface Told {
  account: string
  actor: string
  at: string | undefined
  from: string
  startedAt: number
}

/** The same from every run of one restore. */
function toEvent({ account, actor, at, from, startedAt }: Told): RestEvent {
  const moment = at === undefined ? '' : `, as of ${at}`
  return {
    ...{ eventId: namedId(startedAt, `restore ${account} ${from}`), account, time: new Date(startedAt).toISOString() },
    ...{ type: 'ADMIN', method: 'RESTORE', endpoint: 'restore', status: 200 },
    ...{ actorName: actor, actorDomain: 'IAM', clientIp: 'none' },
    ...{ resourceDomain: 'ACCOUNT', resourceId: account, resourceName: account },
    detail: `Everything but the history was restored from table ${from}${moment}`,
  }
}

async function putOnce(db: Db, event: RestEvent): Promise<void> {
  await db.client.send(new PutCommand(toEventWrite(db, event))).catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  })
}

/** Integrations that were on. */
async function listOff({ live, restored }: Tables): Promise<Restored['off']> {
  const off: Restored['off'] = []
  for (const account of await listAccounts(restored, Number.POSITIVE_INFINITY)) {
    const now = new Map((await getIntegrations(live, account)).map((one) => [one.name, one.enabled]))
    for (const { name, enabled } of await getIntegrations(restored, account))
      if (enabled && now.get(name) === false) off.push({ account, name })
  }
  return off
}
