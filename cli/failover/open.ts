import { listLocalCredentials } from '../../local/credentials.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import type { BaseSession } from '../command.ts'
import { Failure, UsageError } from '../failure.ts'
import { awsCredentials } from '../target.ts'
import { type Operation, requireOrder, type Site } from './sites.ts'

/** What names the regions of a deployment. */
export interface SiteValues {
  table?: string | undefined
  regions?: string | undefined
  /** What the names of its alarms begin with. */
  deployment?: string | undefined
}

/** As a deployment is called that says nothing else. */
const DEFAULT_NAME = 'rolecall'

/** Of the table's own setting nothing is needed but for events of the operator, which are kept as long as others. */
const EVENT_RETENTION_DAYS = 90
const NO_URL = { publicBaseUrl: undefined, requestLog: false, eventRetentionDays: EVENT_RETENTION_DAYS }

/**
 * The regions of the local system, or those that are named, with the operator's own credentials: the service itself is not
 * asked, since its region may be lost. @throws {UsageError} where they are not known.
 */
export async function openOperation(session: BaseSession, values: SiteValues): Promise<Operation> {
  const { terminal } = session
  if (values.table === undefined && values.regions !== undefined)
    throw new UsageError('Whose regions are these? Give --table too, or neither for the local system')
  const { all, caller, alarms } = values.table === undefined ? localSites(session) : await awsSites(session, values)
  const never = new AbortController().signal
  await requireOrder(all)
  return {
    sites: { all },
    actor: await caller(),
    alarms,
    tell: (text) => terminal.tell(text),
    progress: (text) => terminal.progress(text),
    pause: (ms) => terminal.pause(ms, never),
    steadily: (ms, run) => {
      const timer = setInterval(run, ms)
      return () => clearInterval(timer)
    },
  }
}

interface Opened {
  all: Site[]
  caller(): Promise<string>
  alarms?: Operation['alarms']
}

function localSites({ terminal, target }: BaseSession): Opened {
  const found = listLocalCredentials(target['data-dir']).flatMap(({ regions, adminUrl }) =>
    regions && (!target.url || target.url.startsWith(adminUrl)) ? [regions] : [],
  )
  const [regions, ...others] = found
  if (!regions)
    throw new UsageError(
      'No local system of two regions is running: start one with "npm start -- --regions 2", or name those of a deployment with --table and --regions',
    )
  if (others.length > 0) throw new UsageError('Several local systems of two regions are running: name one with --url')
  const all = regions.map(({ name, dynamodbEndpoint, tableName }) => ({
    name,
    db: openDb({ ...NO_URL, dynamodbEndpoint, tableName }, { ...LOCAL_AWS, region: name, maxAttempts: 2 }),
  }))
  return { all, caller: async () => terminal.env.USER || 'operator' }
}

async function awsSites(
  { terminal, target }: BaseSession,
  { table, regions, deployment = DEFAULT_NAME }: SiteValues,
): Promise<Opened> {
  const names = [...new Set((regions ?? '').split(',').filter((name) => name !== ''))]
  if (names.length < 2)
    throw new UsageError('Which regions are meant? Give --regions as in rolecall.config.ts: eu-central-1,eu-west-1')
  const credentials = await awsCredentials(target.profile)
  const open = (region: string): Db =>
    openDb({ ...NO_URL, dynamodbEndpoint: undefined, tableName: table ?? '' }, { region, credentials, maxAttempts: 4 })
  const [region = ''] = names
  return {
    all: names.map((name) => ({ name, db: open(name) })),
    alarms: async (name) => {
      const { listRinging } = await import('./alarms.ts')
      const endpoint = terminal.env.AWS_ENDPOINT_URL_CLOUDWATCH
      return listRinging({ region: name, credentials, endpoint }, deployment)
    },
    caller: async () => {
      const { callerArn } = await import('../caller.ts')
      return callerArn({ region, credentials, endpoint: terminal.env.AWS_ENDPOINT_URL_STS }).catch((cause: unknown) => {
        throw new Failure(
          `${(cause as Error).message}. Where ${region} is lost, set AWS_ENDPOINT_URL_STS to another region's`,
          { cause },
        )
      })
    },
  }
}
