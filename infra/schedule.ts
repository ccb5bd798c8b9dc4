import { Duration } from 'aws-cdk-lib'
import { Rule, type Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'

export interface Scheduled {
  description: string
  schedule: Schedule
  /** How long a run may wait for room: no longer than until the next one. Default one hour. */
  within?: Duration
}

/**
 * Runs a function by a schedule, and no run twice: each finds what the one before left. EventBridge would try again, and
 * by itself Lambda too, twice, whatever a rule says.
 */
export function runOnSchedule(scope: Construct, id: string, fn: LambdaFunction, scheduled: Scheduled): void {
  const { within = Duration.hours(1), ...rule } = scheduled
  fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: within })
  new Rule(scope, id, { ...rule, targets: [new LambdaTarget(fn, { retryAttempts: 0, maxEventAge: within })] })
}
