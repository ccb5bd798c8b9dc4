import { Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { parseDeployment } from '../../infra/config/config.ts'
import { BESIDE } from '../cost/assumptions.ts'
import { DEFAULTS, STACK } from '../cost/settings.ts'
import { fullTemplate, newStack, resourcesOf, theOnly } from './stack.ts'

const propertyOf = (type: string, name: string) => [
  ...new Set(resourcesOf(type).map(([, properties]) => properties[name])),
]

test('the estimate counts what the template deploys', () => {
  const [all] = theOnly('AWS::ApiGateway::Stage').MethodSettings
  expect({
    memoryMb: propertyOf('AWS::Lambda::Function', 'MemorySize'),
    authorizerCacheSeconds: theOnly('AWS::ApiGateway::Authorizer').AuthorizerResultTtlInSeconds,
    logRetentionDays: propertyOf('AWS::Logs::LogGroup', 'RetentionInDays'),
    eventRetentionDays: eventDays(),
    auditDigests: hasPart('Digests'),
    changeEvents: resourcesOf('AWS::Events::EventBus').length > 0,
    archive: resourcesOf('AWS::KinesisFirehose::DeliveryStream').length > 0,
    archiveRetentionDays: parseDeployment({}).archiveRetentionDays,
    methodMetrics: all.MetricsEnabled,
    metricsByIntegration: 'METRICS_BY_INTEGRATION' in variables(),
    alarmsTold: resourcesOf('AWS::CloudWatch::CompositeAlarm').length > 0,
    tracing: theOnly('AWS::ApiGateway::Stage').TracingEnabled,
    customerKey: resourcesOf('AWS::KMS::Key').length > 0,
    firewall: resourcesOf('AWS::WAFv2::WebACL').length > 0,
    domain: resourcesOf('AWS::ApiGateway::DomainName').length > 0,
    allowedRangeKinds: resourcesOf('AWS::WAFv2::IPSet').length,
    regions: theOnly('AWS::DynamoDB::GlobalTable').Replicas.length,
  }).toEqual({ ...DEFAULTS, memoryMb: [DEFAULTS.memoryMb], logRetentionDays: [DEFAULTS.logRetentionDays] })
})

/** Metrics that these alarms look at. */
const lookedAt = (alarms: { Metrics?: object[] }[]) =>
  alarms.flatMap(({ Metrics = [{ MetricStat: {} }] }) => Metrics.filter((one) => 'MetricStat' in one)).length

test('the estimate counts all functions and alarms', () => {
  expect(resourcesOf('AWS::Lambda::Function')).toHaveLength(STACK.functions)
  expect(lookedAt(resourcesOf('AWS::CloudWatch::Alarm').map(([, alarm]) => alarm))).toBe(STACK.alarmMetrics)
  expect(resourcesOf('AWS::CloudWatch::Dashboard')).toHaveLength(STACK.dashboards)
  const told = newStack({}, { alarmTarget: 'ops@example.com' }).stack
  Template.fromStack(told).resourceCountIs('AWS::CloudWatch::CompositeAlarm', STACK.compositeAlarms)
})

test('and what the archive and ranges of both kinds of address add', () => {
  const all = Object.values(fullTemplate().Resources)
  const propertiesOf = (type: string) =>
    all.filter(({ Type }) => Type === type).map(({ Properties }) => Object(Properties))
  expect(lookedAt(propertiesOf('AWS::CloudWatch::Alarm'))).toBe(
    STACK.alarmMetrics + STACK.archiveAlarmMetrics + STACK.firewallAlarmMetrics,
  )
  const [stream] = propertiesOf('AWS::KinesisFirehose::DeliveryStream')
  const { IntervalInSeconds } = stream.ExtendedS3DestinationConfiguration.BufferingHints
  expect(IntervalInSeconds).toBe(BESIDE.archived.objectMinutes * 60)
  expect(propertiesOf('AWS::WAFv2::WebACL')[0].Rules).toHaveLength(STACK.firewallRules + 2)
})

const hasPart = (name: string) => resourcesOf('AWS::S3::Bucket').some(([id]) => id.includes(name))
const variables = () => resourcesOf('AWS::Lambda::Function')[0]?.[1].Environment.Variables
const eventDays = () => Number(variables().EVENT_RETENTION_DAYS)
