import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import type { ServiceSettings } from './config/settings.ts'
import { waitForRights } from './functions.ts'

export interface ReplicaProps {
  settings: ServiceSettings
  /** As the home region's stack says it. */
  tableName: string
}

/** Where the answer of DynamoDB has it. */
const AT = {
  tableName: 'Table.TableName',
  streamArn: 'Table.LatestStreamArn',
  keyArn: 'Table.SSEDescription.KMSMasterKeyArn',
} as const

/**
 * What DynamoDB says of a replica that another region's stack made, asked when this one is deployed: the ARN of its stream ends in
 * the moment at which it was made, which nobody knows before. The library's own function for such questions asks, with rights to
 * this one.
 */
export class Replica extends Construct {
  readonly tableName: string
  readonly streamArn: string
  readonly keyArn: string

  constructor(scope: Construct, id: string, { settings, tableName }: ReplicaProps) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const role = this.#addRole(logGroup, tableName)
    const look = new AwsCustomResource(this, 'Look', {
      onUpdate: {
        ...{ service: 'DynamoDB', action: 'describeTable', parameters: { TableName: tableName } },
        ...{ outputPaths: Object.values(AT), physicalResourceId: PhysicalResourceId.fromResponse(AT.streamArn) },
      },
      ...{ role, logGroup, timeout: Duration.seconds(30), installLatestAwsSdk: false },
    })
    waitForRights(this.#asking, role)
    this.tableName = look.getResponseField(AT.tableName)
    this.streamArn = look.getResponseField(AT.streamArn)
    this.keyArn = look.getResponseField(AT.keyArn)
  }

  #addRole(logGroup: LogGroup, tableName: string): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(role)
    const table = Stack.of(this).formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName })
    role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:DescribeTable'], resources: [table] }))
    return role
  }

  /** The library's function, one for all such questions of a stack, of which this is the only one. */
  get #asking(): CfnFunction {
    const name = `AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll('-', '')}`
    return Stack.of(this).node.findChild(name).node.defaultChild as CfnFunction
  }
}
