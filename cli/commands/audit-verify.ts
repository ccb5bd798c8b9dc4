import * as z from 'zod'
import type { ChainFinding } from '../../shared/audit/chain/compare.ts'
import { HOUR_MS } from '../../shared/audit/chain/digest.ts'
import { EVENT_PARAMETERS } from '../../shared/audit/event-query.ts'
import { plainJson, plainText } from '../../shared/audit/plain-text.ts'
import { openDigests } from '../audit-verify/digests.ts'
import { type Rows, rowsOfService } from '../audit-verify/rows.ts'
import { Verification, type Verified } from '../audit-verify/verify.ts'
import { EXIT_TO_DO } from '../check/finding.ts'
import { command, type Session } from '../command.ts'
import { Failure, UsageError } from '../failure.ts'
import { optional, someText } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import { patientApi } from '../patient-api.ts'

const FINDING_VIEW: ListView<ChainFinding> = {
  table: [
    { header: 'FINDING', get: ({ kind }) => kind },
    { header: 'TIME', get: ({ time }) => time },
    { header: 'EVENT', get: ({ id }) => id },
    { header: 'WHAT', get: ({ says }) => says, isWhole: true },
  ],
}

const A_HASH = 'expected the 64 digits of a hash that an earlier verification printed'

export const auditVerify = command({
  words: 'audit verify',
  summary:
    'Hold the event history against its digests: what was altered, added, removed or moved; exit with 3 where anything was',
  flags: {
    from: optional(
      'TIME',
      'from the hour of an instant or a day (default: where the digests begin)',
      EVENT_PARAMETERS.from,
    ),
    to: optional('TIME', 'up to the hour of an instant, or the end of a day (default: now)', EVENT_PARAMETERS.to),
    file: optional(
      'PATH',
      'verify the events of a file, not those of the service: what "export" made, or rows of the archive as CSV or JSON',
      someText,
    ),
    expect: optional(
      'HASH',
      'the hash of a digest that was kept elsewhere: the chain has to hold it',
      z.string().regex(/^[0-9a-f]{64}$/, A_HASH),
    ),
  },
  outputs: ['table', 'json'],
  examples: ['rolecall audit verify', 'rolecall audit verify --from 2026-08-01 --to 2026-08-31 --file audit.sqlite'],
  run: async (session, { from, to, file, expect: expected }) => {
    const { api, terminal } = session
    const signal = terminal.untilInterrupted()
    const asked = patientApi(api, terminal, signal)
    const now = Date.now()
    const range = { from: from && hourStart(from.first), to: Math.min(now, to ? hourEnd(to.last) : now) }
    const ofFile = file === undefined ? undefined : await openFile(file, api.account, range)
    const openRows = ({ eventsFrom, begin }: { eventsFrom: number; begin: number | undefined }): Rows => {
      const first = Math.max(range.from ?? begin ?? range.to, eventsFrom)
      return ofFile
        ? { eventsFrom, ...ofFile }
        : rowsOfService(asked, { from: first, to: range.to, eventsFrom }, signal)
    }
    try {
      const digests = await openDigests(asked, toQuery(range), signal)
      const readAt = ofFile ? Math.min(ofFile.to, now) : now
      const verification = new Verification({ digests, openRows, ...range, to: range.to, expected, now: readAt })
      const count = await showFindings(session, verification, digests.firstDue)
      const isDone = verification.verified.hours > 0 || isYetToCome(digests.firstDue, now)
      return count > 0 || !isDone ? EXIT_TO_DO : 0
    } catch (error) {
      if (signal.aborted) throw new Failure('Interrupted: not all was verified', { cause: error })
      throw error
    }
  },
})

/** What `export` made knows its range; of rows of the archive it has to be said. */
async function openFile(path: string, account: string, { from, to }: { from: number | undefined; to: number }) {
  const { isExport, rowsOfFile } = await import('../audit-verify/rows-of-file.ts')
  if (isExport(path)) return rowsOfFile(path, account)
  if (from === undefined)
    throw new UsageError(`${path} does not say of which time it has all events: give --from, and --to where it ends`)
  const { rowsOfArchive } = await import('../audit-verify/rows-of-archive.ts')
  return rowsOfArchive(path, account, { from, to })
}

const isYetToCome = (due: string | undefined, now: number): boolean => due !== undefined && Date.parse(due) > now

const hourStart = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS
const hourEnd = (at: number): number => hourStart(at) + HOUR_MS - 1
const toQuery = ({ from, to }: { from: number | undefined; to: number }) => ({
  from: from === undefined ? undefined : new Date(from).toISOString(),
  to: new Date(to).toISOString(),
})

/** @returns how many findings there are. */
async function showFindings(
  session: Session,
  verification: Verification,
  firstDue: string | undefined,
): Promise<number> {
  const { terminal, output } = session
  if (output === 'json') {
    const findings: ChainFinding[] = []
    for await (const some of verification.findings()) findings.push(...some)
    await terminal.write(`${plainJson({ findings, ...verification.verified, firstDue }, 2)}\n`)
    return findings.length
  }
  const count = await showList(session, FINDING_VIEW, nonEmpty(verification, terminal.progress))
  for (const line of summaryOf(verification.verified, count, firstDue)) terminal.tell(plainText(line))
  return count
}

/** A table is begun where there is something to show. */
async function* nonEmpty(verification: Verification, progress: (text: string) => void): AsyncGenerator<ChainFinding[]> {
  for await (const some of verification.findings()) {
    const { hours, events, last } = verification.verified
    progress(`${hours} hours, ${events} events, up to ${last?.hour ?? 'none'}`)
    if (some.length > 0) yield some
  }
}

function summaryOf(
  { hours, events, expired, late, partial, unvouched, last }: Verified,
  count: number,
  firstDue: string | undefined,
): string[] {
  if (hours === 0) return [sayNone(firstDue)]
  const found = count === 0 ? 'nothing was changed, added or removed' : `${count} findings`
  return [
    `${hours} hours, ${events} events: ${found}`,
    ...(expired > 0 ? [`${expired} events are past their retention: look in the archive`] : []),
    ...(unvouched > 0 ? [`${unvouched} events have no digest: those of the last hour or two get one soon`] : []),
    ...(late > 0
      ? [`${late} hours were digested over three hours late: nothing vouches for what their events were before`]
      : []),
    ...(partial > 0 ? [`${partial} hours are in the file in part, and were not verified`] : []),
    ...(last ? [`Last digest: ${last.hour} ${last.hash}; keep it elsewhere, and give it as --expect`] : []),
  ]
}

function sayNone(firstDue: string | undefined): string {
  if (firstDue === undefined) return 'There is no digest of the range: nothing vouches for its events'
  return isYetToCome(firstDue, Date.now())
    ? `There is no digest yet, since no hour of the account is closed: the first is due at ${firstDue}`
    : `There is no digest, and the first was due at ${firstDue}: see the alarm NotaryFailed and the log of notary`
}
