import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import type { ServiceSettings } from './config/settings.ts'

interface LatestStreamProps {
  settings: ServiceSettings
  tableName: string
}

const LATEST = 'Table.LatestStreamArn'

/**
 * The ARN of a table's stream, asked of DynamoDB when the stack is deployed: it ends in the moment at which the stream was made,
 * which nobody knows before.
 */
export function latestStreamArn(scope: Construct, id: string, { settings, tableName }: LatestStreamProps): string {
  const inner = new Construct(scope, id)
  const tableArn = Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName })
  const logGroup = new LogGroup(inner, 'Logs', {
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  const look = new AwsCustomResource(inner, 'Look', {
    onUpdate: {
      ...{ service: 'DynamoDB', action: 'describeTable', parameters: { TableName: tableName } },
      ...{ outputPaths: [LATEST], physicalResourceId: PhysicalResourceId.fromResponse(LATEST) },
    },
    policy: AwsCustomResourcePolicy.fromStatements([
      new PolicyStatement({ actions: ['dynamodb:DescribeTable'], resources: [tableArn] }),
    ]),
    installLatestAwsSdk: false,
    timeout: Duration.seconds(30),
    logGroup,
  })
  return look.getResponseField(LATEST)
}
