import { EventBus } from 'aws-cdk-lib/aws-events'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { ENV } from '../shared/config.ts'
import type { ServiceSettings } from './config/settings.ts'

interface ChangeEventsProps {
  settings: ServiceSettings
  changes: LambdaFunction
}

/** A bus of EventBridge, ours or one that is there, to which the reader of the table's stream publishes each change. */
export class ChangeEvents extends Construct {
  constructor(scope: Construct, id: string, { settings: { changeEvents: wanted, name }, changes }: ChangeEventsProps) {
    super(scope, id)
    const bus = typeof wanted === 'string' ? EventBus.fromEventBusArn(this, 'Bus', wanted) : this.#makeBus(name)
    bus.grantPutEventsTo(changes)
    changes.addEnvironment(ENV.eventBus, bus.eventBusArn)
  }

  #makeBus(name: string): EventBus {
    const description = `Changes of users, groups and integrations of ${name}`
    return new EventBus(this, 'Bus', { eventBusName: `${name}-changes`, description })
  }
}
