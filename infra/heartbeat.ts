import { Duration } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct, type IDependable } from 'constructs'
import type { Alarms } from './alarms.ts'
import type { ServiceSettings } from './config/settings.ts'
import { ownMetric } from './own-metric.ts'

export interface HeartbeatProps {
  settings: ServiceSettings
  alarms: Alarms
  /** What is made before it, so that the schedule of `changes` has run when it is looked at first. */
  after: IDependable
}

const LATE_HOURS = 2

/**
 * What is missed when it stops. Each minute `changes` says how long ago the watch ran, and each hour the watch how long ago
 * the notary and the nightly check did; so it is enough that somebody is told when `changes` says nothing.
 */
export class Heartbeat extends Construct {
  constructor(scope: Construct, id: string, { settings, alarms, after }: HeartbeatProps) {
    super(scope, id)
    const metric = ownMetric(settings, 'HoursSinceWatch', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) })
    const alarm = alarms.add(this, 'SchedulesStopped', {
      ...{ metric, threshold: LATE_HOURS, periods: 3, withoutData: 'rings', entry: 'Schedules that stopped' },
      says: 'The hourly watch did not run for three hours, or the look of each minute says nothing',
    })
    alarm.node.addDependency(after)
  }
}
