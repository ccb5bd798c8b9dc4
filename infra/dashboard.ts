import { Duration } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  PeriodOverride,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { NAMESPACE } from '../shared/http/metric.ts'
import type { Alarms } from './alarms.ts'
import type { ServiceSettings } from './config/settings.ts'
import { blockedRequests } from './firewall.ts'
import { ownMetric } from './own-metric.ts'
import type { ScimTable } from './table.ts'
import { tableMetric } from './table-metric.ts'
import { isHome, type Twin } from './twin.ts'
import type { UnfinishedWork } from './unfinished-work.ts'

export interface ScimDashboardProps {
  settings: ServiceSettings
  twin: Twin | undefined
  alarms: Alarms
  api: RestApi
  table: ScimTable
  work: UnfinishedWork
  functions: readonly LambdaFunction[]
}

/** Columns of a dashboard, and of one widget where four stand side by side. */
const COLUMNS = 24
const QUARTER = COLUMNS / 4
const ROW = 5
const PERIOD = Duration.minutes(5)
const OUTCOMES = ['ok', 'refused', 'conflict', 'throttled', 'failed'] as const

/** One screen: what rings, whether requests succeed, whether work is finished, and what is paid for. */
export class ScimDashboard extends Construct {
  constructor(scope: Construct, id: string, props: ScimDashboardProps) {
    super(scope, id)
    new Dashboard(this, 'Dashboard', {
      dashboardName: nameOf(props),
      defaultInterval: Duration.hours(3),
      periodOverride: PeriodOverride.AUTO,
      widgets: [head(props), traffic(this, props), health(props), costs(props)],
    })
  }
}

/** An account has all its dashboards in one place, whatever region they are of: two have two names. */
const nameOf = ({ settings: { name }, twin }: ScimDashboardProps): string =>
  twin && !isHome(twin) ? `${name}-${twin.other}` : name

const graph = (title: string, left: IMetric[], more: object = {}): IWidget =>
  new GraphWidget({ title, left, width: QUARTER, height: ROW, period: PERIOD, ...more })

function head(props: ScimDashboardProps): IWidget[] {
  const { settings, alarms } = props
  const { runbookUrl } = settings
  const runbook = runbookUrl === undefined ? '`docs/runbook.md`' : `[the runbook](${runbookUrl})`
  const markdown = `## ${nameOf(props)}\n\nFrom what you see to what to do: ${runbook}, which has an entry for each alarm. \`rolecall health\` says what else there is.`
  return [
    new TextWidget({ markdown, width: QUARTER, height: 4 }),
    new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.all], width: COLUMNS - QUARTER, height: 4 }),
  ]
}

/** How requests ended, those among them that came to no function. */
const outcomes = (scope: Construct, settings: ServiceSettings): IMetric[] => [
  ...OUTCOMES.map((outcome) => ownMetric(settings, 'Requests', { outcome, label: outcome })),
  ownMetric(settings, 'GatewayThrottles', { label: '429 of the gateway' }),
  ...(settings.firewall ? [blockedRequests(scope, settings, 'blocked by the firewall')] : []),
]

function traffic(scope: Construct, { settings, api }: ScimDashboardProps): IWidget[] {
  const latency = (statistic: string, label: string) => api.metricLatency({ statistic, label })
  return [
    graph('Requests by outcome', outcomes(scope, settings), { stacked: true }),
    graph('Time until the answer, ms', [latency('p50', 'half'), latency('p99', '99 of 100')]),
    graph('Failures', [
      api.metricServerError({ statistic: Stats.SUM, label: '5xx of the gateway' }),
      ownMetric(settings, 'UnexpectedErrors', { label: 'errors logged' }),
      ownMetric(settings, 'AuditFailures', { label: 'events not stored' }),
      ownMetric(settings, 'UncheckedTokens', { label: 'tokens not checked' }),
    ]),
    graph('Tokens refused, by reason', [refusedByReason(settings)]),
  ]
}

/** Each reason that there was. */
const refusedByReason = ({ name }: ServiceSettings) =>
  new MathExpression({
    expression: `SEARCH('{${NAMESPACE},service,reason} MetricName="RefusedTokens" service="${name}"', 'Sum', ${PERIOD.toSeconds()})`,
    usingMetrics: {},
    label: '',
    period: PERIOD,
  })

function health({ settings, table, work: { queue, changes } }: ScimDashboardProps): IWidget[] {
  const most = { statistic: Stats.MAXIMUM }
  return [
    graph('Changes that are not finished', [ownMetric(settings, 'OpenChanges', { ...most, label: 'changes' })], {
      right: [ownMetric(settings, 'OldestChangeSeconds', { ...most, label: 'seconds of the oldest' })],
    }),
    graph('Waiting, seconds', [
      queue.metricApproximateAgeOfOldestMessage({ ...most, label: 'oldest message' }),
      new MathExpression({
        expression: 'stream / 1000',
        usingMetrics: { stream: changes.metric('IteratorAge', most) },
        label: 'oldest record of the stream',
      }),
    ]),
    graph('Conflicts and brakes', [
      ownMetric(settings, 'Conflicts', { label: 'writes that met others' }),
      tableMetric(table, 'TransactionConflict', { statistic: Stats.SUM, label: 'conflicts of transactions' }),
      ownMetric(settings, 'BrakeStops', { label: 'stopped by a brake' }),
      ownMetric(settings, 'BrakeWarnings', { label: 'warned of by a brake' }),
    ]),
    graph('Integrations', [ownMetric(settings, 'DaysToTokenExpiry', { ...DAILY, label: 'days of the first token' })], {
      right: [ownMetric(settings, 'SilentIntegrations', { statistic: Stats.SUM, label: 'silent' })],
    }),
  ]
}

const DAILY = { statistic: Stats.MINIMUM, period: Duration.hours(1) }

function costs({ table, functions, api }: ScimDashboardProps): IWidget[] {
  const sum = { statistic: Stats.SUM }
  return [
    graph(
      'Units of the table',
      [
        tableMetric(table, 'ConsumedReadCapacityUnits', { ...sum, label: 'read' }),
        tableMetric(table, 'ConsumedWriteCapacityUnits', { ...sum, label: 'write' }),
      ],
      {
        right: [
          tableMetric(table, 'ReadThrottleEvents', { ...sum, label: 'reads throttled' }),
          tableMetric(table, 'WriteThrottleEvents', { ...sum, label: 'writes throttled' }),
        ],
      },
    ),
    graph('Requests and invocations', [
      api.metricCount({ ...sum, label: 'requests of the gateway' }),
      totalOf(functions, 'Invocations', 'invocations'),
    ]),
    graph('Functions run, seconds', [totalOf(functions, 'Duration', 'seconds', ' / 1000')], {
      right: [totalOf(functions, 'Throttles', 'throttled')],
    }),
    new LogQueryWidget({
      title: 'Who asks for how much',
      width: QUARTER,
      height: ROW,
      view: LogQueryVisualizationType.TABLE,
      logGroupNames: functions.map(({ logGroup }) => logGroup.logGroupName),
      queryLines: [
        "filter message = 'request'",
        'stats sum(Requests) as requests, sum(ReadUnits) as reads, sum(WriteUnits) as writes by account, integration',
        'sort requests desc',
        'limit 10',
      ],
    }),
  ]
}

function totalOf(
  functions: ScimDashboardProps['functions'],
  metric: 'Invocations' | 'Duration' | 'Throttles',
  label: string,
  scaled = '',
): MathExpression {
  const each = functions.map((fn, i) => [`${metric.toLowerCase()}${i}`, fn.metric(metric, { statistic: Stats.SUM })])
  const usingMetrics: Record<string, IMetric> = Object.fromEntries(each)
  return new MathExpression({ expression: `SUM([${Object.keys(usingMetrics)}])${scaled}`, usingMetrics, label })
}
