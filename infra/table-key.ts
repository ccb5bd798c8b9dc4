import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import type { ServiceSettings } from './config/settings.ts'

/** What DynamoDB does with a table's key on behalf of whoever calls it. */
const ACTIONS = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo']

/** The key that the settings ask for: one that is there, or a new one, which outlives the stack as the table's backups do. */
export function tableKey(scope: Construct, { customerManagedKey: wanted, name }: ServiceSettings): IKey | undefined {
  if (wanted === false) return undefined
  if (wanted !== true) return Key.fromKeyArn(scope, 'Key', wanted)
  return new Key(scope, 'Key', {
    description: `The table of ${name}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  })
}

/** Lets a function use the key, through the table and for nothing else. */
export const keyStatement = ({ keyArn, stack }: IKey): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ACTIONS.map((action) => `kms:${action}`),
    resources: [keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(stack).region}.amazonaws.com` } },
  })
