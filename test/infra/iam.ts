import type { BackgroundName, LambdaName } from '../../infra/bundling.ts'
import { resourcesOf } from './stack.ts'
import { type LeadingKeys, permits, type Statement } from './statement.ts'

type Name = LambdaName | BackgroundName

/** Every statement of a function's role. */
export function statementsOf(name: Name): Statement[] {
  const fn = resourcesOf('AWS::Lambda::Function').find(([, fn]) => fn.FunctionName === `rolecall-${name}`)?.[1]
  const role = fn?.Role['Fn::GetAtt'][0]
  const policies = resourcesOf('AWS::IAM::Policy').filter(([, policy]) =>
    policy.Roles.some((one: { Ref: string }) => one.Ref === role),
  )
  return policies.flatMap(([, policy]) => policy.PolicyDocument.Statement)
}

/** Whether IAM would let the function do it, to the table or its index; a `key` of `undefined`: without leading key. */
export const isAllowed = (name: Name, action: string, key: LeadingKeys, index = false): boolean =>
  permits(statementsOf(name), action, key, index)
