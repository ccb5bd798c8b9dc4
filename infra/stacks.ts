import { Fn } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { secondRegionOf } from './config/second-region.ts'
import type { Deployment } from './config/settings.ts'
import { GROUND, GroundStack } from './ground-stack.ts'
import { ScimStack } from './scim-stack.ts'

/** All stacks of a deployment, in the order in which they are deployed; they are deleted in the opposite one. */
export interface Stacks {
  /** In the second region, where the home region's stack needs something of it. */
  ground?: GroundStack
  home: ScimStack
  other?: ScimStack
}

/** One stack; with two regions one in each, and what the first of them needs of the second. What they know of each other are outputs. */
export function addStacks(scope: Construct, deployment: Deployment): Stacks {
  const [home, other] = deployment.regions
  if (home === undefined || other === undefined) return { home: new ScimStack(scope, deployment) }
  const there = secondRegionOf(deployment)
  const parts = {
    key: there.customerManagedKey === true,
    healthCheck: deployment.hostedZoneId !== undefined && deployment.domainName !== undefined,
  }
  const ground = parts.key || parts.healthCheck ? new GroundStack(scope, there, parts) : undefined
  const groundOutput = (name: string) => Fn.getStackOutput(String(ground?.stackName), name, other)
  const { customerManagedKey: key } = there
  const otherKeyArn = key === false ? undefined : key === true ? groundOutput(GROUND.key) : key
  const first = new ScimStack(scope, deployment, {
    ...{ home, other },
    ...(otherKeyArn !== undefined && { otherKeyArn }),
    ...(parts.healthCheck && { healthCheckId: groundOutput(GROUND.healthCheck) }),
  })
  const second = new ScimStack(scope, there, {
    ...{ home, other, tableName: deployment.tableName ?? Fn.getStackOutput(first.stackName, 'TableName', home) },
  })
  if (ground) first.addStackDependency(ground)
  second.addStackDependency(first)
  return { ...(ground && { ground }), home: first, other: second }
}
