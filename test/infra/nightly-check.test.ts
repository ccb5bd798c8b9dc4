import { expect, test } from 'vitest'
import { resourcesOf } from './stack.ts'

const [id] =
  resourcesOf('AWS::Lambda::Function').find(([, { FunctionName }]) => FunctionName === 'rolecall-check') ?? []

test('everything is checked each night, in as many runs as it takes', () => {
  const rules = resourcesOf('AWS::Events::Rule').map(([, rule]) => rule)
  expect(rules.filter(({ ScheduleExpression }) => ScheduleExpression === 'cron(17 3-6 * * ? *)')).toMatchObject([
    { Targets: [{ Arn: { 'Fn::GetAtt': [id, 'Arn'] }, RetryPolicy: { MaximumRetryAttempts: 0 } }] },
  ])
})

test('a finding raises an alarm, and so does a night without a whole check', () => {
  const alarms = resourcesOf('AWS::CloudWatch::Alarm').filter(([, { MetricName }]) =>
    /^(BrokenInvariants|HoursSinceCheck)$/.test(MetricName),
  )
  const common = { Namespace: 'Rolecall', Period: 10_800, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' }
  const service = { Name: 'service', Value: 'rolecall' }
  expect(alarms.map(([, alarm]) => alarm)).toEqual([
    expect.objectContaining({
      ...{ ...common, MetricName: 'BrokenInvariants', Statistic: 'Maximum', Threshold: 0 },
      Dimensions: [service],
    }),
    expect.objectContaining({
      ...{ ...common, MetricName: 'HoursSinceCheck', Statistic: 'Maximum', Threshold: 28 },
      Dimensions: [service],
    }),
  ])
})
