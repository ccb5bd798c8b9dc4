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

test('a watch that fails for three hours raises an alarm', () => {
  const alarms = resourcesOf('AWS::CloudWatch::Alarm').filter(([name]) => name.includes('Watch'))
  expect(alarms.map(([, alarm]) => alarm)).toMatchObject([
    {
      ...{ MetricName: 'Errors', Period: 3600, EvaluationPeriods: 3, Threshold: 0 },
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
    },
  ])
})
