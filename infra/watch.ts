import { Duration } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Schedule } from 'aws-cdk-lib/aws-events'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { addFunction, type BackgroundProps } from './functions.ts'
import { LOOKS, ownMetric } from './own-metric.ts'
import { runOnSchedule } from './schedule.ts'

const LIMIT_MS = 300_000
const WARN_DAYS = 14

/** What looks once an hour for tokens that end soon and integrations that fell silent, since no identity provider does. */
export class Watch extends Construct {
  readonly watch: LambdaFunction

  constructor(scope: Construct, id: string, { alarms, ...props }: BackgroundProps) {
    super(scope, id)
    const watch = addFunction(this, 'watch', { ...props, timeoutMs: LIMIT_MS })
    this.watch = watch
    runOnSchedule(this, 'EveryHour', watch, {
      description: 'Looks for tokens that end soon and integrations that fell silent',
      schedule: Schedule.rate(Duration.hours(1)),
    })
    alarms.add(this, 'WatchFailed', {
      metric: watch.metricErrors({ period: Duration.hours(1) }),
      ...{ threshold: 0, periods: 3, entry: 'Tokens and silence' },
      says: 'Nobody looks for tokens that end soon',
    })
    this.#ofIntegrations({ alarms, ...props })
  }

  /** Of the first integration of all that is concerned: who it is stands in the log and in the history. */
  #ofIntegrations({ alarms, settings }: BackgroundProps): void {
    const entry = 'Tokens and silence'
    alarms.add(this, 'TokenEnds', {
      metric: ownMetric(settings, 'DaysToTokenExpiry', { statistic: Stats.MINIMUM, period: LOOKS }),
      ...{ threshold: WARN_DAYS, isBelow: true, entry },
      says: `A token ends in less than ${WARN_DAYS} days, or has ended and nothing replaced it`,
    })
    alarms.add(this, 'IntegrationSilent', {
      metric: ownMetric(settings, 'SilentIntegrations', { statistic: Stats.MAXIMUM, period: LOOKS }),
      ...{ threshold: 0, entry },
      says: 'Nothing came from an identity provider for longer than its integration allows',
    })
  }
}
