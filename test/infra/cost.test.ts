import { expect, test } from 'vitest'
import { DEFAULTS, STACK } from '../cost/settings.ts'
import { resourcesOf, theOnly } from './stack.ts'

const propertyOf = (type: string, name: string) => [
  ...new Set(resourcesOf(type).map(([, properties]) => properties[name])),
]

test('the estimate counts what the template deploys', () => {
  const [replica] = theOnly('AWS::DynamoDB::GlobalTable').Replicas
  const [all] = theOnly('AWS::ApiGateway::Stage').MethodSettings
  expect({
    memoryMb: propertyOf('AWS::Lambda::Function', 'MemorySize'),
    authorizerCacheSeconds: theOnly('AWS::ApiGateway::Authorizer').AuthorizerResultTtlInSeconds,
    logRetentionDays: propertyOf('AWS::Logs::LogGroup', 'RetentionInDays'),
    eventRetentionDays: eventDays(),
    methodMetrics: all.MetricsEnabled,
    tracing: theOnly('AWS::ApiGateway::Stage').TracingEnabled,
    recovery: replica.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled,
    customerKey: resourcesOf('AWS::KMS::Key').length > 0,
    firewall: resourcesOf('AWS::WAFv2::WebACL').length > 0,
    domain: resourcesOf('AWS::ApiGateway::DomainName').length > 0,
  }).toEqual({ ...DEFAULTS, memoryMb: [DEFAULTS.memoryMb], logRetentionDays: [DEFAULTS.logRetentionDays] })
})

test('the estimate counts all functions and alarms', () => {
  expect(resourcesOf('AWS::Lambda::Function')).toHaveLength(STACK.functions)
  expect(resourcesOf('AWS::CloudWatch::Alarm')).toHaveLength(STACK.alarms)
})

const eventDays = () => Number(resourcesOf('AWS::Lambda::Function')[0]?.[1].Environment.Variables.EVENT_RETENTION_DAYS)
