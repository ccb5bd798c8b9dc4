import type { LambdaName } from '../../infra/bundling.ts'
import { resourcesOf, stack } from './stack.ts'

export interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string | string[]
  Resource: unknown
  Condition?: Record<string, { 'dynamodb:LeadingKeys': string | string[] }>
}

/** Every statement of a function's role. */
export function statementsOf(name: LambdaName): Statement[] {
  const fn = resourcesOf('AWS::Lambda::Function').find(([id]) => stack.entries.get(id) === name)?.[1]
  const role = fn?.Role['Fn::GetAtt'][0]
  const policies = resourcesOf('AWS::IAM::Policy').filter(([, policy]) =>
    policy.Roles.some((one: { Ref: string }) => one.Ref === role),
  )
  return policies.flatMap(([, policy]) => policy.PolicyDocument.Statement)
}

/** Whether IAM would let the function do it, to the table or its index; a `key` of `undefined`: without leading key. */
export function isAllowed(name: LambdaName, action: string, key: string | undefined, index = false): boolean {
  const applying = statementsOf(name).filter(({ Action, Resource, Condition }) => {
    const targets = [Resource].flat().map((target) => JSON.stringify(target))
    const onTarget = targets.some(
      (target) => target.includes('StorageTable') && target.includes('/index/gsi1') === index,
    )
    return onTarget && list(Action).some((one) => wildcard(one).test(`dynamodb:${action}`)) && holds(Condition, key)
  })
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow')
}

/** `ForAllValues` is true of a request without keys, `ForAnyValue` is not. */
function holds(condition: Statement['Condition'], key: string | undefined): boolean {
  return Object.entries(condition ?? {}).every(([operator, { 'dynamodb:LeadingKeys': patterns }]) => {
    if (key === undefined) return operator.startsWith('ForAllValues')
    return list(patterns).some((pattern) => wildcard(pattern).test(key))
  })
}

export const list = (value: string | string[]) => [value].flat()

const wildcard = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's')
