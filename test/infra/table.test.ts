import { expect, test } from 'vitest'
import { toCreateTable } from '../../local/engine/create-table.ts'
import { stack, theOnly } from './stack.ts'

const table = theOnly('AWS::DynamoDB::GlobalTable')

test('the deployed table and the local one have the same keys and index; only the deployed one has a stream', () => {
  const { TableName: _, ...local } = toCreateTable('local')
  const { Replicas: _replicas, SSESpecification: _sse, TimeToLiveSpecification: _ttl, ...deployed } = table
  expect(deployed).toEqual({ ...local, StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } })
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
