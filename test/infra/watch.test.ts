import { expect, test } from 'vitest'
import { resourcesOf } from './stack.ts'

const [id] =
  resourcesOf('AWS::Lambda::Function').find(([, { FunctionName }]) => FunctionName === 'rolecall-watch') ?? []

test('tokens and silent integrations are looked at every hour, and nobody tries again in between', () => {
  const rules = resourcesOf('AWS::Events::Rule').map(([, rule]) => rule)
  expect(rules.filter(({ ScheduleExpression }) => ScheduleExpression === 'rate(1 hour)')).toMatchObject([
    { Targets: [{ Arn: { 'Fn::GetAtt': [id, 'Arn'] }, RetryPolicy: { MaximumRetryAttempts: 0 } }] },
  ])
})

test('a watch that fails for three hours raises an alarm, and so does what it finds', () => {
  const alarms = resourcesOf('AWS::CloudWatch::Alarm').filter(([name]) => name.includes('Watch'))
  expect(alarms.map(([, alarm]) => alarm)).toMatchObject([
    {
      ...{ MetricName: 'Errors', Period: 3600, EvaluationPeriods: 3, Threshold: 0 },
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
    },
    {
      ...{ MetricName: 'DaysToTokenExpiry', Statistic: 'Minimum', Period: 10_800, Threshold: 14 },
      ComparisonOperator: 'LessThanThreshold',
    },
    { MetricName: 'SilentIntegrations', Statistic: 'Maximum', Period: 10_800, Threshold: 0 },
  ])
})
