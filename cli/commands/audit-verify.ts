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
import { Failure } from '../failure.ts'
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
    file: optional('PATH', 'verify the events of a file that "export" made, not those of the service', someText),
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
    const ofFile =
      file === undefined ? undefined : (await import('../audit-verify/rows-of-file.ts')).rowsOfFile(file, api.account)
    const openRows = (eventsFrom: number): Rows =>
      ofFile ?? rowsOfService(asked, Math.max(range.from ?? eventsFrom, eventsFrom), range.to, signal)
    try {
      const digests = await openDigests(asked, toQuery(range), signal)
      const readAt = ofFile ? Math.min(ofFile.to, now) : now
      const verification = new Verification({ digests, openRows, ...range, to: range.to, expected, now: readAt })
      const count = await showFindings(session, verification)
      return count > 0 || verification.verified.hours === 0 ? EXIT_TO_DO : 0
    } catch (error) {
      if (signal.aborted) throw new Failure('Interrupted: not all was verified', { cause: error })
      throw error
    }
  },
})

const hourStart = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS
const hourEnd = (at: number): number => hourStart(at) + HOUR_MS - 1
const toQuery = ({ from, to }: { from: number | undefined; to: number }) => ({
  from: from === undefined ? undefined : new Date(from).toISOString(),
  to: new Date(to).toISOString(),
})

/** @returns how many findings there are. */
async function showFindings(session: Session, verification: Verification): Promise<number> {
  const { terminal, output } = session
  if (output === 'json') {
    const findings: ChainFinding[] = []
    for await (const some of verification.findings()) findings.push(...some)
    await terminal.write(`${plainJson({ findings, ...verification.verified }, 2)}\n`)
    return findings.length
  }
  const count = await showList(session, FINDING_VIEW, nonEmpty(verification, terminal.progress))
  for (const line of summaryOf(verification.verified, count)) terminal.tell(plainText(line))
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

function summaryOf({ hours, events, expired, late, partial, unvouched, last }: Verified, count: number): string[] {
  if (hours === 0) return ['There is no digest of the range: nothing vouches for its events']
  const found = count === 0 ? 'nothing was changed, added or removed' : `${count} findings`
  return [
    `${hours} hours, ${events} events: ${found}`,
    ...(expired > 0 ? [`${expired} events are past their retention: look in the archive`] : []),
    ...(unvouched > 0 ? [`${unvouched} events have no digest: those of the last hour or two get one soon`] : []),
    ...(late > 0 ? [`${late} hours were digested more than a day late: nothing vouches for them before`] : []),
    ...(partial > 0 ? [`${partial} hours are in the file in part, and were not verified`] : []),
    ...(last ? [`Last digest: ${last.hour} ${last.hash}; keep it elsewhere, and give it as --expect`] : []),
  ]
}
