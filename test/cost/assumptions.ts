/** What no measurement on one machine can tell: what people and identity providers do, and how fast AWS is. */

export const MONTH_DAYS = 30
export const MONTH_HOURS = MONTH_DAYS * 24
export const MONTH_MINUTES = MONTH_HOURS * 60
export const MONTH_SECONDS = MONTH_MINUTES * 60

/** What an identity provider sends beside looking for users again and again; shares are of all users, a day. */
export const HABITS = {
  /** Entra begins a cycle every 40 minutes, with a question for somebody who is not there. */
  cyclesPerDay: 36,
  changed: 0.01,
  moved: 0.005,
  joined: 0.0005,
  left: 0.0005,
  groupsOfUser: 5,
  /** All users read in pages of 100. */
  wholeListsPerDay: 1,
  /** Addresses it sends from: each has answers of the authorizer of its own. */
  addresses: 4,
} as const

/** Of Lambda, where nothing has run yet: to be corrected by the first bill. */
export const LAMBDA = {
  /** Of one call of DynamoDB. */
  roundTripMs: 5,
  /** Processor time of a request on a whole processor: more than a warm one takes, see "first request" of the cold starts. */
  requestCpuMs: 10,
  /** Processor time of a start, and how many invocations begin with one. */
  startCpuMs: 150,
  startShare: 0.01,
  /** MB that bring a whole processor. */
  wholeProcessorMb: 1769,
} as const

/** What requests cost beside their own row in the table of operations (docs/data-model.md). */
export const BESIDE = {
  /** T8, at most once a request. */
  endedTokensReadUnits: 1,
  /** T9, at most once a minute for an integration in each function; so many functions are asked. */
  functionsAsked: 3,
  /** W2 to W5 and B1: a change that the brake counts. */
  brake: { readUnits: 1, writeUnits: 2 },
  /** E13 and E15: a look for what is new, and for each KB of events since the place. */
  look: { readUnits: 16, perKb: 0.25 },
  /** Asking for the history is an event too. */
  questionWriteUnits: 1,
  /** Each change, where there are two regions: whether its own may make it. */
  gateWriteUnits: 2,
  /** The watch, for an account a month. */
  watchReadUnits: 2200,
  /** The notary, for the digest of an hour: calls, read units, and for each KB of events; lists and writes, reads; bytes of an event. */
  digest: { roundTrips: 18, readUnits: 16, perKb: 0.25, objectWrites: 2, objectReads: 1, bytesOfEvent: 190 },
  /** An event in the archive: what Firehose counts, and what Parquet leaves of it; minutes until Firehose writes an object. */
  archived: { countedBytes: 5 * 1024, bytes: 150, objectMinutes: 15 },
  /** A look for lost doorbells: two marks, the accounts, the heads. */
  doorbellReadUnits: 4,
  /** The nightly check, of each user, with its share of groups; runs a month, most of which find that all is done. */
  check: { readUnits: 8, roundTrips: 1, runs: 4 * MONTH_DAYS },
} as const

/** How AWS counts what the stack is made of. */
export const AWS = {
  /** Metrics that the gateway sends for each method in use: count, 4xx, 5xx, two latencies. */
  metricsOfMethod: 5,
  /** Our own metrics that there are in every hour: days of a token, hours since check and watch; and of digests. What goes wrong, conflicts and refusals among it, and in which share of the hours there is one. */
  ownMetrics: { always: 3, ofDigests: 1, rare: 11, share: 0.1 },
  /** Of each integration with `metricsByIntegration`: requests and two kinds of units; days of its token and of silence. */
  integrationMetrics: { busy: 3, always: 2 },
  /** The rule of X-Ray: the first request of each second, and of the others one in twenty. */
  tracedOfOthers: 0.05,
  /** Lambda asks an idle queue by five long polls of 20 seconds. */
  queuePollsPerMinute: 15,
  /** DynamoDB asks KMS again after five minutes, for each function. */
  keyCallsPerHour: 12,
} as const
