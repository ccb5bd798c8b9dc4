import { ApiKey, type RestApi, UsagePlan } from 'aws-cdk-lib/aws-apigateway'
import { Construct } from 'constructs'
import { CLIENT_KEYS, clientKeyAt } from '../shared/auth/client-key.ts'
import type { ServiceSettings } from './config/settings.ts'

/** API Gateway makes five keys a second: so many are made side by side, the others after them. */
const LANES = 4

export interface ClientLimitsProps {
  settings: ServiceSettings
  api: RestApi
}

/**
 * What one client may send, so that none takes the others' share: a usage plan, whose keys the authorizer names. Keys are
 * counted each by itself, so there is a fixed pool of them, and an integration always has the same one
 * (docs/decisions/0040-shares-of-clients.md).
 */
export class ClientLimits extends Construct {
  constructor(scope: Construct, id: string, { settings, api }: ClientLimitsProps) {
    super(scope, id)
    const { name, clientRequestsPerSecond: rateLimit, clientBurst: burstLimit } = settings
    const plan = new UsagePlan(this, 'Plan', {
      description: `What one client of ${name} may send`,
      throttle: { rateLimit, burstLimit },
    })
    plan.addApiStage({ stage: api.deploymentStage })
    const keys: Construct[] = []
    for (let place = 0; place < CLIENT_KEYS; place++) {
      const scope = new Construct(this, String(place).padStart(2, '0'))
      const key = new ApiKey(scope, 'Key', { value: clientKeyAt(name, place), description: `Clients of ${name}` })
      plan.addApiKey(key)
      const before = keys[place - LANES]
      if (before) key.node.addDependency(before)
      keys.push(key)
    }
  }
}
