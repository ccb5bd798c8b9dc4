import { expect, test } from 'vitest'
import { toCreateTable } from '../../local/engine/create-table.ts'
import { stack, theOnly } from './stack.ts'

const table = theOnly('AWS::DynamoDB::GlobalTable')

test('the deployed table and the local one have the same keys, index and stream', () => {
  const { TableName: _, StreamSpecification, ...local } = toCreateTable('local')
  const { Replicas: _replicas, SSESpecification: _sse, TimeToLiveSpecification: _ttl, ...deployed } = table
  const { StreamEnabled: _enabled, ...stream } = StreamSpecification ?? {}
  expect(deployed).toEqual({ ...local, StreamSpecification: stream })
})

test('expired items are removed by the attribute that readers look at', () => {
  expect(table.TimeToLiveSpecification).toEqual({ AttributeName: 'ttl', Enabled: true })
})

test('the table can be restored to any second of 35 days and not be deleted by mistake', () => {
  expect(table.Replicas).toHaveLength(1)
  expect(table.Replicas[0]).toMatchObject({
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
  })
  const resource = Object.values(stack.template.Resources).find(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable')
  expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
})
