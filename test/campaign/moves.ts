import { failBack } from '../../cli/failover/failback.ts'
import { promotePlanned, promoteUnplanned } from '../../cli/failover/promote.ts'
import { runRepair } from '../../cli/failover/repair.ts'
import type { Repaired } from '../../cli/failover/repaired.ts'
import { type Reported, runReport } from '../../cli/failover/report.ts'
import { getFence } from '../../shared/store/regions/fence.ts'
import { epochOf } from '../../shared/store/regions/region.ts'
import { deadDb, operatorDb } from '../factories/failover.ts'
import type { TestRegion } from '../factories/two-regions.ts'
import { acknowledged } from './history.ts'
import { faultsOf, silentlyLost } from './oracle.ts'
import { operatorOf, type Play, settle, type World, workOff, workSlice } from './world.ts'

const WAIT_MS = 600_000

/** What a move has to be. */
export interface Move {
  world: World
  from: TestRegion
  to: TestRegion
  /** What clients have before them. */
  play: Play
}

/** @throws {Error} with all of them, where there are some. */
export function requireNone(what: string, found: readonly string[]): void {
  if (found.length > 0) throw new Error(`${what}: ${found.length}\n${found.slice(0, 10).join('\n')}`)
}

/** Looks of the operator from which on, and until which, the link is cut in the middle of a planned move. */
const CUT = { from: 2, until: 5 }

/** As planned, in the middle of what clients do: nothing is lost, and nothing is left to be repaired. */
export async function movePlanned({ world, to, play }: Move): Promise<void> {
  const { account, regions } = world
  const given = operatorOf(world, play)
  let looks = 0
  const pause = (ms: number) => {
    looks += 1
    if (looks === CUT.from) regions.cut()
    if (looks === CUT.until) regions.heal()
    return given.pause(ms)
  }
  const operation = { ...given, pause }
  if (to === regions.home) await failBack(operation, { account, waitMs: WAIT_MS })
  else await promotePlanned(operation, { to: to.name, account, waitMs: WAIT_MS })
  regions.heal()
  while (!play.isOver) {
    await play.step(5)
    for (const region of [regions.home, regions.other]) await workSlice(world, region)
    await regions.replicateSome(50)
  }
  await settle(world)
  await requireWhole(world, to)
}

/** Everything is whole in both regions, and all that was acknowledged stands, or a report says that it does not. */
async function requireWhole(world: World, at: TestRegion): Promise<void> {
  const { account, reported, regions } = world
  requireNone('broken', await faultsOf(regions, account))
  const changes = await acknowledged(regions, account)
  requireNone('silently lost', await silentlyLost(at, { account, changes, reported }))
}

/**
 * Without the region that is primary, which lives on: its clients still come to it for a while, and others to the new one, until the link
 * is healed and all arrives late.
 */
export async function moveUnplanned(move: Move, late: Play): Promise<void> {
  const { world, from, to, play } = move
  const { account, regions, random } = world
  await regions.replicateSome(Math.floor(random() * regions.replicator.pending().length))
  regions.cut()
  await play.step(Math.floor(random() * 8))
  world.hasLost = true
  const alone = operatorOf(world)
  const all = alone.sites.all.map((site) => (site.name === from.name ? { ...site, db: deadDb(site.db) } : site))
  const partly = { ...alone, sites: { all } }
  await promoteUnplanned(partly, { to: to.name, account })
  if (random() < 0.5) {
    const repaired = await runRepair(partly, { account })
    await workOff(world, to)
    await requireReplicated(move, repaired, await runReport(partly, { account }))
  }
  for (let round = 0; round < 6; round++) {
    await play.step(4)
    await late.step(3)
    for (const region of [from, to]) await workSlice(world, region)
  }
  await requireMissingTold(move)
  await comeBack(move)
  while (!play.isOver) await play.step(5)
  await settle(world)
  await requireWhole(world, to)
}

/** What had arrived of the lost region's changes stands once it is repaired, though nobody can ask the region itself. */
async function requireReplicated(
  { world, from, to }: Move,
  repaired: readonly Repaired[],
  report: readonly Reported[],
): Promise<void> {
  const { account, regions } = world
  const changes = await acknowledged(regions, account)
  // Who was made by what has not arrived can be made of nothing, and the repair says so.
  const left = new Set(repaired.filter(({ what }) => what === 'left').map(({ id }) => id))
  const arrived = changes.filter(
    ({ by, at, event }) => by === from.name && at.has(to.name) && !left.has(event.resourceId ?? ''),
  )
  // Of two with one name, of which that of one has arrived and the other's new one has not, one cannot keep it.
  const reported = new Set([...world.reported, ...report.map(({ event }) => event)])
  requireNone('replicated and lost', await silentlyLost(to, { account, changes, reported }, arrived))
}

/** As long as the link is cut: the report names just the changes that have not arrived. */
async function requireMissingTold({ world, from, to }: Move): Promise<void> {
  const { account, regions } = world
  const { epoch } = await getFence(operatorDb(to), account, regions.home.name)
  const missing = (await acknowledged(regions, account)).filter(
    ({ by, at, event }) => by === from.name && !at.has(to.name) && epochOf(event.wrote) < epoch,
  )
  const rows = await runReport(operatorOf(world), { account })
  const told = rows.filter(({ what }) => what === 'missing' || what === 'revocation').map(({ event }) => event)
  const arrived = new Set(
    (await acknowledged(regions, account)).filter(({ at }) => at.has(to.name)).map(({ event }) => event.eventId),
  )
  const ids = missing.map(({ event }) => event.eventId)
  requireNone(
    'missing and not reported',
    ids.filter((id) => !told.includes(id)),
  )
  requireNone(
    'reported and not missing',
    told.filter((id) => !ids.includes(id) && !arrived.has(id)),
  )
}

/** The link is healed, all arrives late and in no order, the operator reports and repairs; done again there is nothing to do. */
async function comeBack({ world, to }: Move): Promise<void> {
  const { account, regions, random } = world
  regions.heal()
  await regions.replicateSome(Math.floor(random() * regions.replicator.pending().length))
  await regions.replicateAll()
  const note = async () => {
    for (const { event } of await runReport(operatorOf(world), { account })) world.reported.add(event)
  }
  await note()
  const operation = operatorOf(world)
  const rows = await runRepair(operation, { account })
  requireNone(
    'left by the repair',
    rows.filter(({ what }) => what === 'left').map(({ says }) => says),
  )
  await settle(world)
  await note()
  const again = await runRepair(operation, { account })
  requireNone(
    'repaired again',
    again.map(({ what, name, says }) => `${what} ${name}: ${says}`),
  )
  await settle(world)
  await requireWhole(world, to)
}
