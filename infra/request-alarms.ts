import { Duration } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { Alarms } from './alarms.ts'
import type { LambdaName } from './bundling.ts'
import type { ServiceSettings } from './config/settings.ts'
import { blockedRequests } from './firewall.ts'
import type { ScimFunctions } from './functions.ts'
import { ownMetric } from './own-metric.ts'
import type { ScimTable } from './table.ts'
import { tableMetric } from './table-metric.ts'

export interface RequestAlarmsProps {
  settings: ServiceSettings
  alarms: Alarms
  api: RestApi
  functions: ScimFunctions
  table: ScimTable
}

/** Those that nearly every request of an identity provider goes through; what others lack is told by the gateway's 5xx. */
const BUSY: readonly LambdaName[] = ['authorizer', 'users', 'groups', 'group-reads']
const MINUTE = { period: Duration.minutes(1), statistic: Stats.SUM }
const HOUR = Duration.hours(1)

/** Tells operators of requests that fail, are turned away or should not be there, and of what is too small for them. */
export class RequestAlarms extends Construct {
  constructor(scope: Construct, id: string, props: RequestAlarmsProps) {
    super(scope, id)
    this.#ofOverload(props)
    this.#ofRequests(props)
    this.#ofClients(props)
  }

  #ofOverload({ alarms, functions, table }: RequestAlarmsProps): void {
    const throttled = (['ReadThrottleEvents', 'WriteThrottleEvents'] as const).flatMap((name) => [
      tableMetric(table, name, MINUTE),
      tableMetric(table, name, { ...MINUTE, ofIndex: true }),
    ])
    const group = 'overload'
    alarms.add(this, 'TableThrottled', {
      ...{ metric: sumOf(throttled), threshold: 20, periods: 2, entry: 'Throttling', group },
      says: 'DynamoDB throttles more than 20 calls a minute',
    })
    alarms.add(this, 'FunctionsThrottled', {
      metric: sumOf(BUSY.map((name) => functions.require(name).metricThrottles(MINUTE))),
      ...{ threshold: 5, periods: 2, entry: 'Throttling', group },
      says: 'Lambda has no room for functions that requests go through',
    })
  }

  #ofRequests({ settings, alarms, api }: RequestAlarmsProps): void {
    const group = 'requests'
    alarms.add(this, 'GatewayFails', {
      metric: api.metricServerError({ statistic: Stats.SUM, period: Duration.minutes(5) }),
      ...{ threshold: 5, entry: '500, 502, 504', group },
      says: 'More than five requests in five minutes were answered 5xx',
    })
    alarms.add(this, 'TokensUnchecked', {
      ...{
        metric: ownMetric(settings, 'UncheckedTokens'),
        threshold: 3,
        entry: 'Tokens that cannot be checked',
        group,
      },
      says: 'The authorizer cannot check tokens',
    })
    alarms.add(this, 'EventsNotStored', {
      ...{ metric: ownMetric(settings, 'AuditFailures'), threshold: 0, group },
      entry: '503 `its audit event could not be stored`',
      says: 'Events cannot be stored, so requests are refused',
    })
    alarms.add(this, 'ClientsThrottled', {
      ...{
        metric: ownMetric(settings, 'Requests', { outcome: 'throttled' }),
        threshold: 100,
        periods: 3,
        entry: '429',
        group,
      },
      says: 'More than a hundred requests in five minutes were answered 429 by the functions',
    })
    alarms.add(this, 'ErrorsLogged', {
      ...{
        metric: ownMetric(settings, 'UnexpectedErrors', { period: HOUR }),
        threshold: 3,
        entry: 'Errors in the log',
      },
      says: 'More than three errors that nobody foresaw were logged in an hour',
    })
  }

  /** By themselves, as tokens: whoever wants to can keep them ringing, and would hide what a group has to say. */
  #ofClients({ settings, alarms }: RequestAlarmsProps): void {
    alarms.add(this, 'GatewayThrottles', {
      ...{ metric: ownMetric(settings, 'GatewayThrottles'), threshold: 100, periods: 3, entry: '429' },
      says: 'More than a hundred requests in five minutes were answered 429 by the gateway',
    })
    if (settings.firewall)
      alarms.add(this, 'FirewallBlocks', {
        ...{ metric: blockedRequests(this, settings), threshold: 300, periods: 2, entry: 'What the firewall blocks' },
        says: 'The firewall blocks more than one request a second',
      })
    alarms.add(this, 'TokensRefused', {
      ...{ metric: ownMetric(settings, 'RefusedTokens'), threshold: 300, entry: '401' },
      says: 'More than one token a second is refused',
    })
    alarms.add(this, 'BrakeStopped', {
      ...{ metric: ownMetric(settings, 'BrakeStops'), threshold: 0, entry: 'The brake has stopped an integration' },
      says: 'An integration may deactivate and delete no more in this hour',
    })
  }
}

/** So many metrics as one; each that is not sent counts as nothing. */
function sumOf(metrics: readonly IMetric[]): MathExpression {
  const named = Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric]))
  const expression = Object.keys(named)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ')
  return new MathExpression({ expression, usingMetrics: named, period: MINUTE.period })
}
