import type { DatabaseSync } from 'node:sqlite'

/** The events of the file as the archive has them, whose questions are asked of both (`shared/audit/queries.ts`). */
const ARCHIVE_VIEW = `CREATE TEMP VIEW archived_events AS
SELECT *, (SELECT value FROM meta WHERE name = 'account') AS account, substr(EVENT_TIMESTAMP, 1, 10) AS day
FROM rest_event_history`

const UNIT_MS = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
])

/** Gives a file what questions of the archive use: its table, and the functions of Athena that SQLite has not. */
export function addArchive(database: DatabaseSync): void {
  const isOurs = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'rest_event_history'").get()
  if (isOurs) database.exec(ARCHIVE_VIEW)
  database.function('now', () => new Date().toISOString())
  database.function('date_add', (unit, count, time) => {
    const ms = UNIT_MS.get(String(unit))
    if (ms === undefined) throw new Error(`date_add knows ${[...UNIT_MS.keys()].join(', ')}, not ${unit}`)
    return new Date(Date.parse(String(time)) + Number(count) * ms).toISOString()
  })
  database.function('date_parse', (text, _format) => `${String(text).replace(' ', 'T')}Z`)
  database.function('date_format', (time, format) => formatted(String(time), String(format)))
}

/** The signs of MySQL that Athena takes: %Y %m %d %H %i %s. */
function formatted(time: string, format: string): string {
  const [, Y, m, d, H, i, s] = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)/.exec(time) ?? []
  const parts: Record<string, string | undefined> = { Y, m, d, H, i, s }
  return format.replace(/%(\w)/g, (sign, name: string) => parts[name] ?? sign)
}
