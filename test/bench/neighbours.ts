/**
 * What the width of a window of neighbours costs (docs/decisions/0021-memberships-by-prefix.md): reading a page of users
 * with their groups, and writing the memberships of users who were created together. Computed, so that it is the same
 * everywhere: users come evenly, and a page begins anywhere in a window.
 */
export interface Figures {
  /** Seconds of creation in one window, which is one key of the index. */
  seconds: number
  /** Queries of a page of 100 users, on average and at most. */
  queries: number
  mostQueries: number
  readUnits: number
  /** Write units a second that the index takes for the memberships of 10,000 users who were created together. */
  writeUnitsPerSecond: number
}

const PAGE = 100
const GROUPS_PER_USER = 3
/** An entry of the index, keys only. */
const ENTRY_BYTES = 230
const UNIT_BYTES = 4096
const SYNC = 10_000
const KEY_WRITE_UNITS = 1000
const PHASES = 97

/** Figures of windows that share the first `bits` of an id's 48 bits of time, where users come so many a second. */
export function figuresOf(bits: number, usersPerSecond: number): Figures {
  const windowMs = 2 ** (48 - bits)
  const pages = Array.from({ length: PHASES }, (_, n) => pageFrom((n / PHASES) * windowMs, windowMs, usersPerSecond))
  const queries = pages.map((users) => users.length)
  const units = pages.map((users) => users.reduce((sum, count) => sum + unitsOf(count), 0))
  return {
    seconds: windowMs / 1000,
    queries: mean(queries),
    mostQueries: Math.max(...queries),
    readUnits: mean(units),
    writeUnitsPerSecond: KEY_WRITE_UNITS * Math.max(1, Math.min(SYNC, (SYNC / usersPerSecond) * (1000 / windowMs))),
  }
}

/** Users of a page in each window that it touches. */
function pageFrom(startMs: number, windowMs: number, usersPerSecond: number): number[] {
  const windows = Array.from({ length: PAGE }, (_, i) => Math.floor((startMs + (i * 1000) / usersPerSecond) / windowMs))
  return [...Map.groupBy(windows, (window) => window).values()].map(({ length }) => length)
}

/** Eventually consistent: half a unit for each started 4 KB of a query. */
const unitsOf = (users: number) => Math.ceil((users * GROUPS_PER_USER * ENTRY_BYTES) / UNIT_BYTES) / 2

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
