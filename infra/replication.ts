import { Duration } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct, type IDependable } from 'constructs'
import type { Alarms } from './alarms.ts'
import type { ScimTable } from './table.ts'
import { isHome, type Twin } from './twin.ts'

export interface ReplicationProps {
  alarms: Alarms
  table: ScimTable
  twin: Twin
  /** What is made before it, so that something was written that can have arrived. */
  after: IDependable
}

const LATE = Duration.minutes(1)

/**
 * Whether what this region writes arrives in the other. Each region writes a sign of life each minute, so there is always something that
 * DynamoDB can measure: when it says nothing, nothing arrives.
 */
export class Replication extends Construct {
  constructor(scope: Construct, id: string, { alarms, table, twin, after }: ReplicationProps) {
    super(scope, id)
    const metric = new Metric({
      ...{ namespace: 'AWS/DynamoDB', metricName: 'ReplicationLatency' },
      ...{ statistic: Stats.AVERAGE, period: Duration.minutes(5) },
      dimensionsMap: { TableName: table.table.tableName, ReceivingRegion: isHome(twin) ? twin.other : twin.home },
    })
    const alarm = alarms.add(this, 'ReplicationLate', {
      ...{ metric, threshold: LATE.toMilliseconds(), periods: 3, withoutData: 'rings', entry: 'Two regions' },
      says: 'What this region writes comes to the other late, or not at all: so much would be lost with it',
    })
    alarm.node.addDependency(after)
  }
}
