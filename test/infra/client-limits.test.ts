import { expect, test } from 'vitest'
import { toGatewayModel } from '../../local/gateway/template.ts'
import { synthesize } from '../../local/synthesize.ts'
import { CLIENT_KEYS, clientKeyAt } from '../../shared/auth/client-key.ts'
import { ALL, resourcesOf, stack, theOnly } from './stack.ts'

const expected = (name: string) => Array.from({ length: CLIENT_KEYS }, (_, place) => clientKeyAt(name, place)).sort()

test('the usage plan of the stage has all keys that the authorizer may name, and limits for each', () => {
  const { keys, ...limits } = toGatewayModel(stack).clients
  expect([...keys.keys()].sort()).toEqual(expected('rolecall'))
  expect(limits).toEqual({ requestsPerSecond: 50, burst: 100 })
  const [stage] = resourcesOf('AWS::ApiGateway::Stage')
  const [api] = resourcesOf('AWS::ApiGateway::RestApi')
  expect(theOnly('AWS::ApiGateway::UsagePlan').ApiStages).toMatchObject([
    { ApiId: { Ref: api?.[0] }, Stage: { Ref: stage?.[0] } },
  ])
  const authorizer = resourcesOf('AWS::Lambda::Function').find(([, fn]) => fn.FunctionName === 'rolecall-authorizer')
  expect(authorizer?.[1].Environment.Variables.DEPLOYMENT).toBe('rolecall')
})

test('another deployment has other keys, since a region knows each value once, and its own limits', () => {
  const { keys, ...limits } = toGatewayModel(synthesize(ALL)).clients
  expect([...keys.keys()].sort()).toEqual(expected('rolecall-staging'))
  expect(limits).toEqual({ requestsPerSecond: 10, burst: 20 })
})

test('keys are made four at a time, since API Gateway makes five a second', () => {
  const waiting = Object.entries(stack.template.Resources).filter(([, { Type }]) => Type === 'AWS::ApiGateway::ApiKey')
  const first = waiting.filter(([, resource]) => !('DependsOn' in resource))
  expect([waiting.length, first.length]).toEqual([CLIENT_KEYS, 4])
})
