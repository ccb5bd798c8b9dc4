import type { EventRow } from '../../shared/audit/event-row.ts'
import { plainText } from '../../shared/audit/plain-text.ts'
import { many } from '../../shared/resources/say-owned.ts'
import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import type { Guide } from '../../shared/setup/guide.ts'
import type { Session } from '../command.ts'
import { followEvents, onceEach } from '../follow.ts'
import { Narrator } from '../sentences.ts'
import { EXIT_TO_DO } from './finding.ts'
import { detailsOf, isProviders } from './history.ts'

/** For whom is waited, since when, and how long. */
interface Awaited {
  view: IntegrationView
  guide: Guide
  since: Date
  waitMs: number
}

/** Watches until the first request of the provider, and says what it did; or what is usually forgotten. 1 is Ctrl-C. */
export async function waitForFirst(session: Session, awaited: Awaited): Promise<number> {
  const { terminal } = session
  const { guide, waitMs, since } = awaited
  const interrupted = terminal.untilInterrupted()
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(waitMs)])
  terminal.tell(`Waiting ${spanText(waitMs)} for the first request of ${guide.title}, or until Ctrl-C`)
  const first = await findFirst(session, awaited, signal)
  if (first) return tellFirst(session, first)
  if (interrupted.aborted) return 1
  terminal.tell(
    [`No request of ${guide.title} since ${since.toISOString()}. Usually forgotten:`, ...guide.forgotten].join('\n- '),
  )
  return EXIT_TO_DO
}

async function findFirst(session: Session, awaited: Awaited, signal: AbortSignal): Promise<EventRow | undefined> {
  const { api, terminal } = session
  const from = awaited.since.toISOString()
  const isOnce = onceEach()
  const isNew = (row: EventRow) => isOnce(row) && row.EVENT_TIMESTAMP >= (isUnknown(row) ? minuteOf(from) : from)
  try {
    for await (const rows of followEvents(api, terminal, { type: 'SCIM' }, { after: from, isNew }, signal)) {
      const first = rows.find((row) => isOf(row, awaited))
      if (first) return first
      for (const row of rows.filter(isUnknown)) tellUnknown(session, row)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return undefined
}

const isOf = (row: EventRow, { view }: Awaited): boolean => row.ACTOR_DOMAIN === view.name && isProviders(row)

const isUnknown = ({ ACTOR_DOMAIN: domain }: EventRow): boolean => domain === 'unknown'

/** Callers who are refused are counted by the minute. */
const minuteOf = (time: string): string => time.slice(0, 'YYYY-MM-DDThh:mm'.length)

/** It may be the provider, with a token that is none: nobody can tell. */
const tellUnknown = ({ terminal }: Session, row: EventRow): void =>
  terminal.tell(
    plainText(
      `Somebody from ${row.CLIENT_IP} was refused ${row.HTTP_STATUS}: ${detailsOf(row).detail}. Is it the provider?`,
    ),
  )

async function tellFirst(session: Session, row: EventRow): Promise<number> {
  const [{ SENTENCE: sentence } = { SENTENCE: '' }] = await new Narrator(session).say([row])
  session.terminal.tell(plainText(`${sentence}, at ${row.EVENT_TIMESTAMP} from ${row.CLIENT_IP}`))
  return row.HTTP_STATUS < 400 ? 0 : EXIT_TO_DO
}

const spanText = (ms: number): string => (ms < 60_000 ? `${ms / 1000} s` : many(Math.round(ms / 60_000), 'minute'))
