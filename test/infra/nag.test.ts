import { Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, test } from 'vitest'
import type { Config } from '../../infra/config/props.ts'
import { ALL, newStack } from './stack.ts'

const LOG_ROLE = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs'

/** What AWS's checks find and we mean to be so. */
const ACKNOWLEDGED = [
  ['COG4', 'IdPs bring SCIM bearer tokens, admins IAM signatures; there are no Cognito users'],
  ['APIG4', 'Where clients of OAuth 2.0 get their tokens they have none yet: the function asks for proof'],
  ['APIG2', 'The functions read bodies strictly and answer SCIM errors, which request validators cannot'],
  ['APIG3', 'A web ACL costs money every month: the setting firewall makes one'],
  ['APIG6', 'Execution logs hold request data; access logs without it are on'],
  [`IAM4[Policy::${LOG_ROLE}]`, "API Gateway's log role is one for the account, and AWS maintains its policy"],
  ['S1', 'Who reads the digests and the archive is told by CloudTrail, if an organisation logs data events'],
  ['IAM5[Resource::<ServiceDigestsBucket611C7C56.Arn>/digests/*]', 'Each account and hour has an object of its own'],
  ['SQS3', 'What the stream could not deliver is kept in a queue that nothing else feeds'],
] as const
/** And where traces are recorded. */
const OF_TRACES = ['IAM5[Resource::*]', 'X-Ray takes no other resource than *'] as const

/** And of the archive, whose roles the library makes. */
const OF_ARCHIVE = [
  ...['Abort', 'DeleteObject', 'GetBucket', 'GetObject', 'List'].map((action) => `Action::s3:${action}`),
  ...['GenerateDataKey', 'ReEncrypt'].map((action) => `Action::kms:${action}`),
].map((action) => [`IAM5[${action}*]`, 'Firehose gets what the library grants: one bucket and one key'] as const)
const OBJECTS = 'IAM5[Resource::<ServiceArchiveBucket8E28F1D1.Arn>/*]'

function synthesizeChecked(
  acknowledged: readonly (readonly [id: string, reason: string])[],
  config: Config = {},
): void {
  const { app, stack } = newStack({}, config)
  for (const [id, reason] of acknowledged)
    Validations.of(stack).acknowledge({ id: `AwsSolutions::AwsSolutions-${id}`, reason })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  app.synth()
}

test("AWS's solution checks find nothing that is not meant to be so (SECURITY E1)", () => {
  expect(() => synthesizeChecked(ACKNOWLEDGED)).not.toThrow()
})

test('and nothing more where everything is switched on, a firewall among it', () => {
  const more = [...OF_ARCHIVE, [OBJECTS, 'Each day has objects of its own'], OF_TRACES] as const
  expect(() => synthesizeChecked([...ACKNOWLEDGED.filter(([id]) => id !== 'APIG3'), ...more], ALL)).not.toThrow()
})

test.each(ACKNOWLEDGED.filter(([id]) => id !== 'APIG3'))('the acknowledgement of %s is still needed', (id) => {
  const others = ACKNOWLEDGED.filter(([other]) => other !== id)
  expect(() => synthesizeChecked(others)).toThrow(`Acknowledge with 'AwsSolutions::AwsSolutions-${id}'`)
})

test('and that of traces, where they are recorded', () => {
  expect(() => synthesizeChecked(ACKNOWLEDGED, { tracing: true })).toThrow(
    `Acknowledge with 'AwsSolutions::AwsSolutions-${OF_TRACES[0]}'`,
  )
})
