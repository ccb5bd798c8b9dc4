import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  Billing,
  type ITableV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { TABLE } from '../shared/store/table.ts'
import type { ServiceSettings } from './config/settings.ts'
import { tableKey } from './table-key.ts'

const RECOVERY_DAYS = 35

/** The one table, from the definition that the local engine and the queries read too; or one that is there, taken over. */
export class ScimTable extends Construct {
  readonly table: ITableV2
  /** The key of ours that it is encrypted with, which whoever uses the table has to be allowed too. */
  readonly key: IKey | undefined

  constructor(scope: Construct, id: string, settings: ServiceSettings) {
    super(scope, id)
    this.key = tableKey(this, settings)
    // The library's own types disagree on what may be undefined.
    this.table = (
      settings.tableStreamArn === undefined
        ? this.#makeTable(settings)
        : TableV2.fromTableAttributes(this, 'Table', attributesOf(settings.tableStreamArn))
    ) as ITableV2
  }

  #makeTable({ keepTable = true }: ServiceSettings): TableV2 {
    const { index } = TABLE
    return new TableV2(this, 'Table', {
      partitionKey: text(TABLE.partitionKey),
      sortKey: text(TABLE.sortKey),
      globalSecondaryIndexes: [
        {
          indexName: index.name,
          partitionKey: text(index.partitionKey),
          sortKey: text(index.sortKey),
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
      timeToLiveAttribute: TABLE.timeToLiveAttribute,
      dynamoStream: StreamViewType[TABLE.stream],
      billing: Billing.onDemand(),
      encryption: this.key ? TableEncryptionV2.customerManagedKey(this.key) : TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: RECOVERY_DAYS },
      deletionProtection: keepTable,
      removalPolicy: keepTable ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
  }

  /** ARN of the table, and of its index where queries go there. */
  get arns(): { table: string; index: string } {
    const { tableArn } = this.table
    return { table: tableArn, index: `${tableArn}/index/${TABLE.index.name}` }
  }
}

/** The ARN of a stream begins with that of its table. */
const attributesOf = (tableStreamArn: string) => ({
  tableArn: tableStreamArn.slice(0, tableStreamArn.indexOf('/stream/')),
  tableStreamArn,
  grantIndexPermissions: true,
})

const text = (name: string) => ({ name, type: AttributeType.STRING })
