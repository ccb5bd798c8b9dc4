import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Schedule } from 'aws-cdk-lib/aws-events'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { addFunction, type BackgroundProps } from './functions.ts'
import { LOOKS, ownMetric } from './own-metric.ts'
import { runOnSchedule } from './schedule.ts'

/** As long as Lambda lets a function run: a run that is cut off goes on in the next. */
const LIMIT_MS = 900_000
/** A night and some hours: one that failed wholly is told in the morning. */
const LATE_HOURS = 28

/** What looks each night at everything for what may never be, and changes nothing. */
export class NightlyCheck extends Construct {
  readonly check: LambdaFunction

  constructor(scope: Construct, id: string, { alarms, ...props }: BackgroundProps) {
    super(scope, id)
    const check = addFunction(this, 'check', { ...props, timeoutMs: LIMIT_MS })
    this.check = check
    runOnSchedule(this, 'EveryNight', check, {
      description: 'Looks for what may never be; the later runs go on where the first was cut off, or do nothing',
      schedule: Schedule.cron({ minute: '17', hour: '3-6' }),
    })
    const { settings } = props
    const most = { statistic: Stats.MAXIMUM, period: LOOKS }
    const entry = 'Invariants'
    alarms.add(this, 'InvariantsBroken', {
      metric: ownMetric(settings, 'BrokenInvariants', most),
      ...{ threshold: 0, entry },
      says: 'The nightly check found what no request, fault or kill may leave behind',
    })
    alarms.add(this, 'CheckLate', {
      metric: ownMetric(settings, 'HoursSinceCheck', most),
      ...{ threshold: LATE_HOURS, entry },
      says: 'The nightly check did not come to its end',
    })
  }
}
