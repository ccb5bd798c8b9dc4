/** What AWS charges, once, for the estimate and for every table that shows dollars: without free tiers and discounts. */
export const LIST_PRICES = { region: 'us-east-1', asOf: 'November 2026' } as const

interface Price {
  service: string
  /** What is paid for, in AWS's words. */
  unit: string
  /** US dollars for so many of them. */
  dollars: number
  per: number
}

const MILLION = 1_000_000

export const PRICES = {
  apiRequests: { service: 'API Gateway', unit: 'REST API requests', dollars: 3.5, per: MILLION },
  invocations: { service: 'Lambda', unit: 'invocations', dollars: 0.2, per: MILLION },
  gbSeconds: { service: 'Lambda', unit: 'GB-seconds (arm64)', dollars: 13.3334, per: MILLION },
  readUnits: { service: 'DynamoDB', unit: 'read units on demand', dollars: 0.125, per: MILLION },
  writeUnits: { service: 'DynamoDB', unit: 'write units on demand', dollars: 0.625, per: MILLION },
  tableGb: { service: 'DynamoDB', unit: 'GB stored, index included', dollars: 0.25, per: 1 },
  recoveryGb: { service: 'DynamoDB', unit: 'GB under point-in-time recovery', dollars: 0.2, per: 1 },
  queueRequests: { service: 'SQS', unit: 'requests, FIFO', dollars: 0.5, per: MILLION },
  objectWrites: { service: 'S3', unit: 'writes and lists', dollars: 0.005, per: 1000 },
  objectReads: { service: 'S3', unit: 'reads', dollars: 0.0004, per: 1000 },
  objectGb: { service: 'S3', unit: 'GB stored', dollars: 0.023, per: 1 },
  streamGb: { service: 'Firehose', unit: 'GB, each record 5 KB at least', dollars: 0.029, per: 1 },
  convertedGb: { service: 'Firehose', unit: 'GB made into Parquet', dollars: 0.018, per: 1 },
  partitionedGb: { service: 'Firehose', unit: 'GB laid out by account and day', dollars: 0.02, per: 1 },
  partitionedObjects: { service: 'Firehose', unit: 'objects laid out', dollars: 0.005, per: 1000 },
  busEvents: { service: 'EventBridge', unit: 'events of a bus', dollars: 1, per: MILLION },
  logGb: { service: 'CloudWatch', unit: 'GB of log lines taken in', dollars: 0.5, per: 1 },
  keptLogGb: { service: 'CloudWatch', unit: 'GB of log lines kept', dollars: 0.03, per: 1 },
  metrics: { service: 'CloudWatch', unit: 'metric, by the hours it is sent in', dollars: 0.3, per: 1 },
  alarms: { service: 'CloudWatch', unit: 'metric that an alarm looks at', dollars: 0.1, per: 1 },
  compositeAlarms: { service: 'CloudWatch', unit: 'alarm that stands for others', dollars: 0.5, per: 1 },
  dashboards: { service: 'CloudWatch', unit: 'dashboard', dollars: 3, per: 1 },
  traces: { service: 'X-Ray', unit: 'traces recorded', dollars: 5, per: MILLION },
  keyCalls: { service: 'KMS', unit: 'calls', dollars: 0.03, per: 10_000 },
  keys: { service: 'KMS', unit: 'key of your own', dollars: 1, per: 1 },
  firewalls: { service: 'WAF', unit: 'web ACL', dollars: 5, per: 1 },
  firewallRules: { service: 'WAF', unit: 'rule', dollars: 1, per: 1 },
  firewallRequests: { service: 'WAF', unit: 'requests', dollars: 0.6, per: MILLION },
  healthChecks: { service: 'Route 53', unit: 'health check', dollars: 0.5, per: 1 },
  zones: { service: 'Route 53', unit: 'hosted zone', dollars: 0.5, per: 1 },
  regionGb: { service: 'Data transfer', unit: 'GB to another region', dollars: 0.02, per: 1 },
  transferGb: { service: 'Data transfer', unit: 'GB to the internet', dollars: 0.09, per: 1 },
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof PRICES

/** What so much of it costs, in US dollars; of what is kept or stands, for a month. */
export const dollarsFor = (name: PriceName, amount: number): number =>
  (amount / PRICES[name].per) * PRICES[name].dollars
