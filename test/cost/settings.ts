import { AUTHORIZER_CACHE_SECONDS } from '../../shared/auth/authorizer-cache.ts'

/** What is deployed, as far as it costs something: test/infra/cost.test.ts holds it against the template. */
export interface Settings {
  memoryMb: number
  authorizerCacheSeconds: number
  eventRetentionDays: number
  logRetentionDays: number
  auditDigests: boolean
  changeEvents: boolean
  archive: boolean
  archiveRetentionDays: number
  /** The gateway's metrics of each method. */
  methodMetrics: boolean
  metricsByIntegration: boolean
  /** Whether somebody is told of alarms, by some that stand for others. */
  alarmsTold: boolean
  tracing: boolean
  customerKey: boolean
  firewall: boolean
  /** Kinds of address, of IP 4 and 6, in allowedRanges: each has a rule. */
  allowedRangeKinds: number
  domain: boolean
  /** 1, or 2 where a second one takes over. */
  regions: number
}

export const DEFAULTS: Settings = {
  memoryMb: 512,
  authorizerCacheSeconds: AUTHORIZER_CACHE_SECONDS,
  eventRetentionDays: 90,
  logRetentionDays: 90,
  auditDigests: true,
  changeEvents: false,
  archive: false,
  archiveRetentionDays: 2555,
  methodMetrics: false,
  metricsByIntegration: false,
  alarmsTold: false,
  tracing: false,
  customerKey: false,
  firewall: false,
  allowedRangeKinds: 0,
  domain: false,
  regions: 1,
}

/** What stands whatever the settings are. */
export const STACK = {
  ...{ functions: 17, firewallRules: 2 },
  /** Metrics that alarms look at, each of which is paid for, and alarms that stand for others, where they are told. */
  ...{ alarmMetrics: 31, compositeAlarms: 3, archiveAlarmMetrics: 3, firewallAlarmMetrics: 1, dashboards: 1 },
  /** Of each of two regions, and of the one that Route 53 goes by. */
  ...{ replicationAlarmMetrics: 1, promotedAlarmMetrics: 1 },
} as const

/** Who is there and what they do. */
export interface Size {
  users: number
  /** Of the identity providers, all integrations together. */
  requestsPerDay: number
  integrations: number
  /** Pages of the event history. */
  questionsPerDay: number
  /** Consoles that stand open and follow the events, in hours. */
  consoleHoursPerDay: number
  /** Applications that follow the changes, waiting at all hours. */
  followers: number
}

export const SIZES = {
  small: {
    users: 500,
    requestsPerDay: 2_000,
    integrations: 1,
    questionsPerDay: 10,
    consoleHoursPerDay: 1,
    followers: 0,
  },
  middle: {
    users: 5_000,
    requestsPerDay: 20_000,
    integrations: 1,
    questionsPerDay: 50,
    consoleHoursPerDay: 4,
    followers: 0,
  },
  large: {
    users: 100_000,
    requestsPerDay: 400_000,
    integrations: 1,
    questionsPerDay: 200,
    consoleHoursPerDay: 8,
    followers: 0,
  },
} as const satisfies Record<string, Size>
