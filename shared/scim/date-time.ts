const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:(Z)|([+-])(\d\d):(\d\d))?$/
const MINUTE_MS = 60_000

/**
 * The instant an xsd:dateTime names, in epoch milliseconds with a fraction for what is finer (RFC 7643 §2.3.5), or
 * none where the text is no date and time of the calendar. Without a zone it is read as UTC.
 */
export function parseDateTime(text: string): number | undefined {
  const parts = DATE_TIME.exec(text)
  if (!parts) return undefined
  const day = dayMs(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  const time = timeMs(Number(parts[4]), Number(parts[5]), Number(parts[6]), Number(`0${parts[7] ?? ''}`))
  const offset = parts[9] === undefined ? 0 : offsetMs(parts[9], Number(parts[10]), Number(parts[11]))
  if (day === undefined || time === undefined || offset === undefined) return undefined
  return day + time - offset
}

function dayMs(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}

/** XML Schema knows 24:00:00, the end of the day, and no leap seconds. */
function timeMs(hour: number, minute: number, second: number, fraction: number): number | undefined {
  if (hour > 24 || minute > 59 || second > 59) return undefined
  if (hour === 24 && minute + second + fraction > 0) return undefined
  return (hour * 60 + minute) * MINUTE_MS + second * 1000 + fraction * 1000
}

function offsetMs(sign: string, hour: number, minute: number): number | undefined {
  if (minute > 59 || hour * 60 + minute > 14 * 60) return undefined
  return (sign === '-' ? -1 : 1) * (hour * 60 + minute) * MINUTE_MS
}
