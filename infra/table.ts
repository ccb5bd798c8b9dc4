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
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { TABLE } from '../shared/store/table.ts'
import type { ServiceSettings } from './config/settings.ts'
import { Replica } from './replica.ts'
import { tableKey } from './table-key.ts'
import { type HomeTwin, isHome, type OtherTwin, type Twin } from './twin.ts'

const RECOVERY_DAYS = 35

/**
 * The one table, from the definition that the local engine and the queries read too; or one that is there, taken over, or
 * the replica that the stack of the home region made.
 */
export class ScimTable extends Construct {
  readonly table: ITableV2
  /** The key of ours that it is encrypted with, which whoever uses the table has to be allowed too. */
  readonly key: IKey | undefined
  /** The regions that it is in, the home region first; none where there is but one. */
  readonly regions: readonly string[]

  constructor(scope: Construct, id: string, settings: ServiceSettings, twin?: Twin) {
    super(scope, id)
    this.regions = twin ? [twin.home, twin.other] : []
    // The library's own types disagree on what may be undefined.
    if (twin && !isHome(twin)) {
      const { key, table } = this.#findReplica(settings, twin)
      this.key = key
      this.table = table as ITableV2
      return
    }
    this.key = tableKey(this, settings)
    this.table = (
      settings.tableStreamArn === undefined
        ? this.#makeTable(settings, twin)
        : TableV2.fromTableAttributes(this, 'Table', attributesOf(settings.tableStreamArn))
    ) as ITableV2
  }

  /** The library knows no more of a replica's stream than where it would be, which fails when it is deployed. */
  #findReplica(settings: ServiceSettings, { tableName: name }: OtherTwin) {
    const { tableName, streamArn: tableStreamArn, keyArn } = new Replica(this, 'Replica', { settings, tableName: name })
    const key = settings.customerManagedKey === false ? undefined : Key.fromKeyArn(this, 'Key', keyArn)
    const attributes = { tableName, tableStreamArn, grantIndexPermissions: true, ...(key && { encryptionKey: key }) }
    return { key, table: TableV2.fromTableAttributes(this, 'Table', attributes) }
  }

  /** A second region is a further replica of the same resource: nothing of the table that is there is made anew. */
  #makeTable({ keepTable = true }: ServiceSettings, twin: HomeTwin | undefined): TableV2 {
    const { index } = TABLE
    const otherKey = twin?.otherKeyArn === undefined ? undefined : { [twin.other]: twin.otherKeyArn }
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
      encryption: this.key
        ? TableEncryptionV2.customerManagedKey(this.key, otherKey)
        : TableEncryptionV2.awsManagedKey(),
      ...(twin && { replicas: [{ region: twin.other }] }),
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
