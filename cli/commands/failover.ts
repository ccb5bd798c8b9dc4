import { plainJson } from '../../shared/audit/plain-text.ts'
import { EXIT_TO_DO } from '../check/finding.ts'
import { type BaseSession, offlineCommand } from '../command.ts'
import { confirm, yesFor } from '../confirm.ts'
import type { Ringing } from '../failover/alarms.ts'
import type { Moved } from '../failover/move-account.ts'
import type { SiteValues } from '../failover/open.ts'
import type { Operation } from '../failover/sites.ts'
import type { RegionStatus } from '../failover/status.ts'
import { UsageError } from '../failure.ts'
import { optional, someText, toggle, wholeNumber } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import type { Column } from '../table.ts'

const SITE_FLAGS = {
  table: optional(
    'TABLE',
    "the service's table, the same name in each region; the local system's if not given",
    someText,
  ),
  regions: optional('REGIONS', 'the regions, parted by commas, as in rolecall.config.ts', someText),
}
const NAME_FLAG = optional(
  'NAME',
  'what the names of its alarms begin with: its name in rolecall.config.ts, with the stage if it has one (default rolecall)',
  someText,
)
const ACCOUNT_FLAG = optional('ACCOUNT', 'only this account; all if not given', someText)
const WAIT_FLAG = optional('SECONDS', 'how long each wait may take (default 60)', wholeNumber(1, 3600))
const DEFAULT_WAIT_SECONDS = 60
const REGION = { name: 'REGION', help: 'a region of the deployment' }
const EXAMPLE_SITES = '--table rolecall-Table --regions eu-central-1,eu-west-1'

const openSites = async (session: BaseSession, values: SiteValues): Promise<Operation> => {
  const { openOperation } = await import('../failover/open.ts')
  return openOperation(session, values)
}

const DEFAULT_LAG_SECONDS = 5
const LAG_FLAG = optional(
  'SECONDS',
  `how long is waited for what is on its way (default ${DEFAULT_LAG_SECONDS})`,
  wholeNumber(1, 3600),
)

interface StatusColumns {
  alarms(status: RegionStatus): string
  waitSeconds: number
}

const statusColumns = ({ alarms, waitSeconds }: StatusColumns): Column<RegionStatus>[] => [
  { header: 'REGION', get: ({ region }) => region },
  { header: 'STATE', get: stateOf },
  { header: 'EPOCH', get: ({ epoch, isReachable }) => (isReachable ? String(epoch) : '') },
  { header: 'ARRIVES AFTER', get: (status) => arrivesAfter(status, waitSeconds) },
  { header: 'UNFINISHED', get: ({ openChanges, isReachable }) => (isReachable ? String(openChanges) : '') },
  { header: 'LAST HEARD', get: ({ lastHeard }) => lastHeard ?? '' },
  { header: 'ALARMS', get: alarms },
]

const NOT_KNOWN = 'not known'
const unlessKnown = ({ alarmsUnknown }: RegionStatus) => (alarmsUnknown === undefined ? 'no CloudWatch' : NOT_KNOWN)
const sayRinging = ({ name, since }: Ringing): string => `${name} rings since ${since}`

const statusView = (waitSeconds: number): ListView<RegionStatus> => ({
  table: statusColumns({ waitSeconds, alarms: (row) => (row.alarms ? String(row.alarms.length) : unlessKnown(row)) }),
  csv: statusColumns({ waitSeconds, alarms: (row) => row.alarms?.map(sayRinging).join('; ') ?? unlessKnown(row) }),
  below: ({ alarms = [], alarmsUnknown }) =>
    [...alarms.map(sayRinging), ...(alarmsUnknown ? [alarmsUnknown] : [])].join('\n'),
})

function stateOf({ isReachable, primaryOf, handsOver, unsettled, movedBy }: RegionStatus): string {
  if (!isReachable) return 'does not answer'
  const parts = [
    ...(primaryOf.length > 0 ? [`primary of ${primaryOf.join(', ')}`] : []),
    ...(handsOver.length > 0 ? [`hands over ${handsOver.join(', ')}`] : []),
    ...(unsettled.length > 0 ? [`the newest fence is not whole of ${unsettled.join(', ')}`] : []),
    ...(movedBy === undefined ? [] : [`a failover of ${movedBy} is going on, or was killed`]),
  ]
  return parts.length === 0 ? 'secondary' : parts.join('; ')
}

function arrivesAfter({ isReachable, lagMs }: RegionStatus, waitSeconds: number): string {
  if (!isReachable) return ''
  return lagMs === undefined ? `not within ${waitSeconds} s` : `${lagMs} ms`
}

const status = offlineCommand({
  words: 'failover status',
  summary:
    'Show how the regions stand: who is primary, how long a change takes to arrive, which alarms ring; exit with 3 where a change does not arrive, or a move was not ended',
  flags: { ...SITE_FLAGS, name: NAME_FLAG, wait: LAG_FLAG },
  examples: ['rolecall failover status', `rolecall failover status ${EXAMPLE_SITES} --name rolecall-staging`],
  run: async (session, { name: deployment, wait = DEFAULT_LAG_SECONDS, ...values }) => {
    const { statusOf } = await import('../failover/status.ts')
    const rows = await statusOf(await openSites(session, { ...values, deployment }), wait * 1000)
    await showList(session, statusView(wait), [rows])
    const isSettled = ({ handsOver, unsettled }: RegionStatus) => handsOver.length + unsettled.length === 0
    return rows.every((row) => row.isReachable && row.lagMs !== undefined && isSettled(row)) ? 0 : EXIT_TO_DO
  },
})

const promote = offlineCommand({
  words: 'failover promote',
  summary: 'Make another region primary: planned, which loses nothing, or unplanned, where the other one is lost',
  operands: [REGION],
  outputs: ['table', 'json'],
  flags: {
    ...SITE_FLAGS,
    planned: toggle('hand over, wait until all has arrived, and promote'),
    unplanned: toggle('promote at once, without what has not arrived'),
    account: ACCOUNT_FLAG,
    wait: WAIT_FLAG,
    yes: yesFor('region'),
  },
  examples: [
    `rolecall failover promote eu-west-1 --planned ${EXAMPLE_SITES}`,
    `rolecall failover promote eu-west-1 --unplanned ${EXAMPLE_SITES}`,
  ],
  check: ({ planned, unplanned }) => {
    if (planned === unplanned) throw new UsageError('Which is it? Give either --planned or --unplanned')
  },
  run: async (session, { planned, account, wait = DEFAULT_WAIT_SECONDS, yes, ...values }, region = '') => {
    const operation = await openSites(session, values)
    const { promotePlanned, promoteUnplanned } = await import('../failover/promote.ts')
    if (planned)
      return tellMoved(session, await promotePlanned(operation, { to: region, account, waitMs: wait * 1000 }))
    const what = await losses(operation, region)
    if (!yes) await confirm(session.terminal, { what, kind: 'region', name: region })
    else session.terminal.tell(what)
    const moved = await promoteUnplanned(operation, { to: region, account })
    session.terminal.tell('What had not arrived is told, once the other table can be read again, by')
    session.terminal.tell(`→ ${session.hint('failover report')}`)
    return tellMoved(session, moved)
  },
})

/** What is known of what would be missing. */
async function losses({ sites }: Operation, region: string): Promise<string> {
  const [{ othersOf, siteOf }, { isReachable }, { getBeat }] = await Promise.all([
    import('../failover/sites.ts'),
    import('../failover/reachable.ts'),
    import('../../shared/store/regions/marker.ts'),
  ])
  const { db } = siteOf(sites, region)
  const heard = await Promise.all(
    othersOf(sites, region).map(async (other) => {
      const { name } = other
      if (await isReachable(other)) return `${name} answers, so that --planned would lose nothing`
      const at = await getBeat(db, name)
      return at === undefined
        ? `nothing was ever heard of ${name}`
        : `the last sign of ${name} is of ${new Date(at).toISOString()}`
    }),
  )
  return `${region} becomes primary without the other region, and what has not arrived is missing: ${heard.join(', ')}`
}

async function tellMoved({ terminal, output }: BaseSession, moved: readonly Moved[]): Promise<number> {
  if (output === 'json') await terminal.write(`${plainJson(moved, 2)}\n`)
  terminal.tell('The domain follows within two minutes; until then clients hear 503 and come again')
  return 0
}

const fence = offlineCommand({
  words: 'failover fence',
  summary: 'Have a region that came back take no more changes, before it hears by itself that another is primary',
  operands: [REGION],
  outputs: ['table', 'json'],
  flags: SITE_FLAGS,
  examples: [`rolecall failover fence eu-central-1 ${EXAMPLE_SITES}`],
  run: async (session, values, region = '') => {
    const { fenceRegion } = await import('../failover/fence-region.ts')
    const fenced = await fenceRegion(await openSites(session, values), region)
    if (session.output === 'json') await session.terminal.write(`${plainJson(fenced, 2)}\n`)
    return 0
  },
})

const failback = offlineCommand({
  words: 'failover failback',
  summary: 'Make the first region primary again, as planned, once nothing is left to repair',
  outputs: ['table', 'json'],
  flags: { ...SITE_FLAGS, account: ACCOUNT_FLAG, wait: WAIT_FLAG },
  examples: [`rolecall failover failback ${EXAMPLE_SITES}`],
  run: async (session, { account, wait = DEFAULT_WAIT_SECONDS, ...values }) => {
    const operation = await openSites(session, values)
    const { failBack } = await import('../failover/failback.ts')
    return tellMoved(session, await failBack(operation, { account, waitMs: wait * 1000 }))
  },
})

const WINDOW_FLAG = optional(
  'MINUTES',
  'how long before the last sign of the lost region is looked at, as long as items may have taken to arrive (default 60; report tells of earlier failovers too where it is given)',
  wholeNumber(1, 10_080),
)
const windowMsOf = (minutes: number | undefined) => (minutes === undefined ? undefined : minutes * 60_000)

const report = offlineCommand({
  words: 'failover report',
  summary:
    'Show what the region that was primary before acknowledged, and what of it is missing or lost; exit with 3 where something is',
  flags: { ...SITE_FLAGS, account: ACCOUNT_FLAG, since: WINDOW_FLAG },
  examples: ['rolecall failover report', `rolecall failover report ${EXAMPLE_SITES} --output csv`],
  run: async (session, { account, since, ...values }) => {
    const operation = await openSites(session, values)
    const { runReport, isToDo, REPORT_VIEW } = await import('../failover/report.ts')
    const rows = await runReport(operation, { account, windowMs: windowMsOf(since) })
    await showList(session, REPORT_VIEW, [rows])
    if (rows.length === 0) session.terminal.tell('Nothing is missing or lost, and nothing came late')
    return rows.some(isToDo) ? EXIT_TO_DO : 0
  },
})

const repair = offlineCommand({
  words: 'failover repair',
  summary: 'Make a whole of what arrived in part or was overwritten; exit with 3 where something is left to be done',
  flags: {
    ...SITE_FLAGS,
    account: ACCOUNT_FLAG,
    since: WINDOW_FLAG,
    'dry-run': toggle('show what would be repaired, and write nothing'),
  },
  examples: ['rolecall failover repair --dry-run', `rolecall failover repair ${EXAMPLE_SITES}`],
  run: async (session, { account, since, 'dry-run': isDryRun, ...values }) => {
    const operation = await openSites(session, values)
    const [{ runRepair }, { REPAIR_VIEW }] = await Promise.all([
      import('../failover/repair.ts'),
      import('../failover/repaired.ts'),
    ])
    const rows = await runRepair(operation, { account, windowMs: windowMsOf(since), isDryRun })
    await showList(session, REPAIR_VIEW, [rows])
    if (rows.length === 0) session.terminal.tell('Nothing is to be repaired')
    else if (isDryRun) session.terminal.tell('Nothing was changed')
    return rows.some(({ what }) => isDryRun || what === 'left') ? EXIT_TO_DO : 0
  },
})

export const failoverCommands = [status, promote, fence, failback, report, repair]
