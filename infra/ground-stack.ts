import { CfnOutput, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Key } from 'aws-cdk-lib/aws-kms'
import { CfnHealthCheck } from 'aws-cdk-lib/aws-route53'
import { Construct } from 'constructs'
import { Alarms } from './alarms.ts'
import type { Deployment, ServiceSettings } from './config/settings.ts'
import { ownMetric } from './own-metric.ts'
import { placeOf } from './scim-stack.ts'

/** The outputs by which the home region's stack learns what is there. */
export const GROUND = { key: 'KeyArn', healthCheck: 'HealthCheckId' } as const

/** What it is to hold. */
export interface GroundParts {
  key: boolean
  healthCheck: boolean
}

/**
 * What of the second region has to be there before the table comes to it: the key of its replica, and what tells Route 53 which
 * region is primary. In the region that takes over, since it is asked when the other one is lost.
 */
export class GroundStack extends Stack {
  /** @param there the deployment's settings in the second region. */
  constructor(scope: Construct, there: Deployment, parts: GroundParts) {
    const { settings, ...place } = placeOf(there)
    super(scope, `${there.name}-${there.regions[0]}-ground`, {
      description: 'Rolecall: what the second region needs before the table comes there',
      ...place,
    })
    const held = new Construct(this, 'Ground')
    if (parts.key) this.#tell(GROUND.key, addKey(held, settings), 'The key of the replica')
    if (parts.healthCheck) this.#tell(GROUND.healthCheck, addHealthCheck(held, settings), 'Healthy: home is primary')
    for (const [key, value] of Object.entries(there.tags)) Tags.of(held).add(key, value)
  }

  #tell(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description })
  }
}

/** It outlives the stack, as the table's backups do. */
const addKey = (scope: Construct, { name }: ServiceSettings): string =>
  new Key(scope, 'Key', {
    description: `The table of ${name}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  }).keyArn

/**
 * Unhealthy is the home region when this one says that it is primary: an operator decides, and no probe. Route 53 looks at the
 * alarm's metric itself, and treats what is missing as the alarm does: while nothing comes, all stays as it is. Nobody is told: whoever promotes a region knows.
 */
function addHealthCheck(scope: Construct, settings: ServiceSettings): string {
  const alarms = new Alarms(scope, 'Alarms', { ...settings, alarmTarget: undefined })
  const promoted = alarms.add(scope, 'Promoted', {
    metric: ownMetric(settings, 'IsPrimary', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) }),
    ...{ threshold: 0, entry: 'Two regions', withoutData: 'unknown' },
    says: 'This region is primary: clients are led here',
  })
  const { alarmName: name } = promoted
  return new CfnHealthCheck(scope, 'HealthCheck', {
    healthCheckConfig: {
      type: 'CLOUDWATCH_METRIC',
      alarmIdentifier: { name, region: Stack.of(scope).region },
      insufficientDataHealthStatus: 'LastKnownStatus',
    },
  }).attrHealthCheckId
}
