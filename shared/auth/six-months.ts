/**
 * The instant six calendar months later, in UTC, to the millisecond. Where the month is shorter its last day counts:
 * 31 August becomes 28 (or 29) February.
 */
export function sixMonthsAfter(date: Date): Date {
  const after = new Date(date)
  after.setUTCMonth(after.getUTCMonth() + 6)
  if (after.getUTCDate() !== date.getUTCDate()) after.setUTCDate(0)
  return after
}
