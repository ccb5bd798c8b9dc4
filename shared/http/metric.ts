/** Under which values a figure is a metric of its own. */
const SETS = {
  /** Of the deployment: several may stand in one account and region of AWS. */
  service: ['service'],
  outcome: ['service', 'outcome'],
  reason: ['service', 'reason'],
  invariant: ['service', 'invariant'],
  /** Only where the deployment pays for it. */
  integration: ['service', 'account', 'integration'],
} as const

interface Metric {
  /** In CloudWatch's words. */
  unit: 'Count' | 'Seconds'
  by: readonly (keyof typeof SETS)[]
}

/**
 * What the service measures of itself; docs/metrics.md says what each means. Each set of values is a metric that AWS
 * charges for in the hours in which it is sent, so what can be had from the lines alone is no dimension.
 */
export const METRICS = {
  Requests: { unit: 'Count', by: ['outcome', 'integration'] },
  ReadUnits: { unit: 'Count', by: ['integration'] },
  WriteUnits: { unit: 'Count', by: ['integration'] },
  Conflicts: { unit: 'Count', by: ['service'] },
  /** Made of the gateway's log, by a filter. */
  GatewayThrottles: { unit: 'Count', by: ['service'] },
  RefusedTokens: { unit: 'Count', by: ['service', 'reason'] },
  UncheckedTokens: { unit: 'Count', by: ['service'] },
  AuditFailures: { unit: 'Count', by: ['service'] },
  UnexpectedErrors: { unit: 'Count', by: ['service'] },
  OpenChanges: { unit: 'Count', by: ['service'] },
  OpenIntents: { unit: 'Count', by: ['service'] },
  OldestChangeSeconds: { unit: 'Seconds', by: ['service'] },
  BrakeStops: { unit: 'Count', by: ['service', 'integration'] },
  BrakeWarnings: { unit: 'Count', by: ['service', 'integration'] },
  DaysToTokenExpiry: { unit: 'Count', by: ['service', 'integration'] },
  SilentIntegrations: { unit: 'Count', by: ['service'] },
  IntegrationSilentDays: { unit: 'Count', by: ['integration'] },
  InvariantFindings: { unit: 'Count', by: ['invariant'] },
  BrokenInvariants: { unit: 'Count', by: ['service'] },
  HoursSinceCheck: { unit: 'Count', by: ['service'] },
  HoursSinceDigest: { unit: 'Count', by: ['service'] },
  HoursSinceWatch: { unit: 'Count', by: ['service'] },
  IsPrimary: { unit: 'Count', by: ['service'] },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS

/** Figures of one line. */
export type Figures = Partial<Record<MetricName, number>>

export const NAMESPACE = 'Rolecall'

/**
 * What makes a line of the log a line of figures too: CloudWatch's embedded metric format. Sets that name a field which
 * the line lacks are left out, and figures that are left with none are fields like any other.
 */
export function toEmbedded(figures: Figures, fields: object, byIntegration: boolean, now: number): object | undefined {
  const directives = (Object.keys(figures) as MetricName[]).flatMap((Name) => {
    const { unit: Unit, by }: Metric = METRICS[Name]
    const wanted = by.filter((set) => set !== 'integration' || (byIntegration && 'integration' in fields))
    const Dimensions = wanted.map((set) => SETS[set])
    return Dimensions.length > 0 ? [{ Namespace: NAMESPACE, Dimensions, Metrics: [{ Name, Unit }] }] : []
  })
  return directives.length > 0 ? { Timestamp: now, CloudWatchMetrics: directives } : undefined
}
