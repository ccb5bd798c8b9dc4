import { Metric, type MetricProps } from 'aws-cdk-lib/aws-cloudwatch'
import { TABLE } from '../shared/store/table.ts'
import type { ScimTable } from './table.ts'

/** What DynamoDB sends of a table by itself, free of charge. */
export type TableMetricName =
  | 'ConsumedReadCapacityUnits'
  | 'ConsumedWriteCapacityUnits'
  | 'ReadThrottleEvents'
  | 'WriteThrottleEvents'
  | 'TransactionConflict'

/** A metric of the table, or of its index, which is counted by itself. */
export function tableMetric(
  { table }: Pick<ScimTable, 'table'>,
  metricName: TableMetricName,
  { ofIndex = false, ...props }: Pick<MetricProps, 'statistic' | 'period' | 'label'> & { ofIndex?: boolean },
): Metric {
  const index = ofIndex && { GlobalSecondaryIndexName: TABLE.index.name }
  return new Metric({
    ...{ namespace: 'AWS/DynamoDB', metricName, ...props },
    dimensionsMap: { TableName: table.tableName, ...index },
  })
}
