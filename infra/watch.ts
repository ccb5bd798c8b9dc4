import { Duration } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import { addFunction, type BackgroundProps } from './functions.ts'

const LIMIT_MS = 300_000

/** What looks once an hour for tokens that end soon and integrations that fell silent, since no identity provider does. */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, { alarms, ...props }: BackgroundProps) {
    super(scope, id)
    const watch = addFunction(this, 'watch', { ...props, timeoutMs: LIMIT_MS })
    new Rule(this, 'EveryHour', {
      description: 'Looks for tokens that end soon and integrations that fell silent',
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaTarget(watch, { retryAttempts: 0 })],
    })
    alarms.add(this, 'WatchFailed', {
      metric: watch.metricErrors({ period: Duration.hours(1) }),
      ...{ threshold: 0, periods: 3, entry: 'Tokens and silence' },
      says: 'Nobody looks for tokens that end soon',
    })
  }
}
