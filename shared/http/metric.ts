/** What the service measures of itself, each with its unit in CloudWatch's words. */
const UNITS = {
  /** Whole days until the first of an integration's live tokens ends. */
  DaysToTokenExpiry: 'Count',
  /** Whole days since an integration was last heard of. */
  IntegrationSilentDays: 'Count',
} as const

export type MetricName = keyof typeof UNITS

/** Whom a figure is about. Each pair of values is a metric of its own that AWS charges for, so nothing finer stands here. */
export interface Dimensions {
  account: string
  integration: string
}

const NAMESPACE = 'Rolecall'

/**
 * Tells one figure of this moment: a line of CloudWatch's embedded metric format, which Lambda's log carries there. No
 * request waits for it, and it holds no personal data.
 */
export function metric(name: MetricName, value: number, dimensions: Dimensions, now = new Date()): void {
  const line = {
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: [{ Name: name, Unit: UNITS[name] }],
        },
      ],
    },
    ...dimensions,
    [name]: value,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
