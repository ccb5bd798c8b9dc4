import { DAY_MS } from '../auth/span.ts'

/** The instant since which events are here, in epoch milliseconds: what is older may be gone already. */
export const keptSince = (now: Date | number, retentionDays: number): number => Number(now) - retentionDays * DAY_MS
