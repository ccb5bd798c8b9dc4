import { join } from 'node:path'
import type { AwsCredentials } from '../../shared/auth/sigv4.ts'
import type { Regions } from '../../shared/config.ts'
import { SCIM_BASE } from '../../shared/http/routes.ts'
import { localConsole } from '../console.ts'
import { newLocalKey } from '../credentials.ts'
import { LOCAL_AWS } from '../environment.ts'
import { writeFailure } from '../gateway/request-handler.ts'
import { tokenKeeper } from '../kept-tokens.ts'
import type { Options } from '../options.ts'
import { prepareTable, type System } from '../system.ts'
import { catchUp, loadStanding, type Standing } from './catch-up.ts'
import { regionControl } from './control.ts'
import { startDomain } from './domain.ts'
import { watchFence } from './fence-watch.ts'
import { openJournal } from './journal.ts'
import { type LocalRegion, LocalRegions } from './local-regions.ts'
import { REGION_NAMES } from './names.ts'
import type { RegionSettings } from './region-messages.ts'
import { Replicator } from './replicator.ts'
import { openRegion, openSite, type Site, siteFolders } from './site.ts'
import { Timetable } from './timetable.ts'
import { startWriteProxy } from './write-proxy.ts'

/** What is on its way between them is kept there, in the data folder. */
const JOURNAL = 'replication.jsonl'

type Chosen = Pick<Options, 'port' | 'memory' | 'folder' | 'newTokens' | 'throttled' | 'lagMs'>

export interface RegionsOptions extends Chosen {
  tableName: string
  /** Gets what is to be ended at the end, the last first. */
  atEnd(end: () => unknown): void
  /** Hears why it cannot go on. */
  failed(message: string): void
  /** Hears of each new primary region. */
  moved(regions: LocalRegion[]): void
}

type Told = 'baseUrl' | 'adminUrl' | 'consoleUrl' | 'credentials' | 'tokens' | 'withoutToken' | 'replaced'

/** Two regional systems behind one address. */
export interface RegionalSystem extends Pick<System, Told> {
  regions: LocalRegion[]
  lagMs: number
}

/** Starts two regions, each with an engine of its own. Settles once requests are served. */
export async function startRegions(options: RegionsOptions): Promise<RegionalSystem> {
  const { folder, memory, lagMs, failed, atEnd } = options
  const [domain, sites] = await Promise.all([startDomain(options.port), openSites(options)])
  const { replicator, timetable } = openReplication(sites, options)
  const replicas = sites.map(({ replica }) => replica)
  const [home] = REGION_NAMES
  const fence = await watchFence({ home, replicas, replicator, moved: () => options.moved(regions.list()) })
  atEnd(fence.stop)
  if (!memory) await catchUpAll(replicator, sites, fence.primary(), options.tableName)
  const credentials = newLocalKey()
  const regions = new LocalRegions({ ...{ replicator, timetable, lagMs, failed }, primary: fence.primary })
  atEnd(() => regions.stop())
  const endpoints = await openFronts(sites, replicator, options)
  for (const [name, endpoint] of endpoints) regions.add(toSettings(name, endpoint, domain.url, credentials, options))
  const seeded = await seedAt(fence.primary(), endpoints, options)
  await replicator.drain()
  timetable.start(replicator)
  await regions.ready()
  const signing = { ...credentials, region: LOCAL_AWS.region }
  const page = localConsole(domain.url, signing, { place: { folder, data: memory ? 'memory' : 'folder' } })
  domain.open(() => regions.urlOf(fence.primary()), [regionControl(regions, credentials), page])
  atEnd(domain.close)
  const urls = { baseUrl: `${domain.url}${SCIM_BASE}`, adminUrl: domain.url, consoleUrl: page.link }
  return { ...seeded, ...urls, credentials: signing, regions: regions.list(), lagMs }
}

const regionsOf = (own: string): Regions => ({ own, all: REGION_NAMES })

function openSites({ folder, memory, tableName, failed, atEnd }: RegionsOptions): Promise<Site[]> {
  const open = async (name: string) => {
    const regions = regionsOf(name)
    const site = await openSite(regions, tableName, memory ? undefined : siteFolders(folder, regions).data)
    atEnd(site.close)
    void site.engine.ended.then(() => failed('A local engine ended unexpectedly: start again'))
    return site
  }
  return Promise.all(REGION_NAMES.map(open))
}

/** Nothing is delivered yet. */
function openReplication(sites: readonly Site[], { folder, memory, lagMs, atEnd }: RegionsOptions) {
  const timetable = new Timetable({ lagMs, report: (error) => writeFailure(toError(error), 'replication') })
  const journal = memory ? undefined : openJournal(join(folder, JOURNAL))
  const replicas = sites.map(({ replica }) => replica)
  const replicator = new Replicator(replicas, {
    added: (delivery) => timetable.add(delivery),
    ...(journal && { underway: journal.underway, changed: journal.note }),
  })
  if (journal) atEnd(journal.close)
  atEnd(() => timetable.stop())
  return { replicator, timetable }
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

async function catchUpAll(replicator: Replicator, sites: readonly Site[], primary: string, tableName: string) {
  const loading = sites.map(({ region, connection }) => loadStanding(region, connection, tableName))
  const [first, second] = (await Promise.all(loading)) as [Standing, Standing]
  if (first.region === primary) catchUp(replicator, first, second)
  else catchUp(replicator, second, first)
}

/** What stands before each engine, by region: processes have it for their engine. */
async function openFronts(sites: readonly Site[], replicator: Replicator, { tableName, atEnd }: RegionsOptions) {
  const open = async ({ region, connection: engine }: Site) => {
    const proxy = await startWriteProxy({ region, engine, tableName, replicator })
    atEnd(proxy.close)
    return [region, proxy.endpoint] as const
  }
  return new Map(await Promise.all(sites.map(open)))
}

function toSettings(
  name: string,
  endpoint: string,
  domain: string,
  credentials: AwsCredentials,
  { folder, memory, tableName, throttled }: RegionsOptions,
): RegionSettings {
  const regions = regionsOf(name)
  const digestFolder = memory ? undefined : siteFolders(folder, regions).digests
  return { regions, endpoint, domain, credentials, tableName, throttled, folder, digestFolder, port: 0 }
}

/** Seeds where writes are taken; the other region gets it as it gets all else. */
function seedAt(primary: string, endpoints: ReadonlyMap<string, string>, options: RegionsOptions) {
  const { folder, memory, newTokens, tableName } = options
  const db = openRegion(regionsOf(primary), tableName, endpoints.get(primary) ?? '')
  return prepareTable(db, { newTokens, ...(!memory && { keeper: tokenKeeper(folder) }) })
}
