import { Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, test } from 'vitest'
import type { Config } from '../../infra/config/props.ts'
import { ALL, newStack } from './stack.ts'

/** Finding → why it is meant to be so. */
type Meant = Readonly<Record<string, string>>

const LOG_ROLE = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs'
const BUCKET = 'IAM5[Resource::<ServiceArchiveBucket8E28F1D1.Arn>'
const RESULTS = 'IAM5[Resource::<ServiceArchiveQuestionsResults0DD0A17E.Arn>'

/** What AWS's checks find whatever is switched on. */
const ALWAYS: Meant = {
  COG4: 'IdPs bring SCIM bearer tokens, admins IAM signatures; there are no Cognito users',
  APIG4: 'Where clients of OAuth 2.0 get their tokens they have none yet: the function asks for proof',
  APIG2: 'The functions read bodies strictly and answer SCIM errors, which request validators cannot',
  APIG6: 'Execution logs hold request data; access logs without it are on',
  S1: 'Who reads the digests and the archive is told by CloudTrail, if an organisation logs data events',
  'IAM5[Resource::<ServiceDigestsBucket611C7C56.Arn>/digests/*]': 'Each account and hour has an object of its own',
  SQS3: 'What the stream could not deliver is kept in a queue that nothing else feeds',
}
const BY_DEFAULT: Meant = {
  APIG3: 'A web ACL costs money every month: the setting firewall makes one',
  [`IAM4[Policy::${LOG_ROLE}]`]: "API Gateway's log role is one for the account, and AWS maintains its policy",
}
const OF_TRACES: Meant = { 'IAM5[Resource::*]': 'X-Ray takes no other resource than *' }
const OF_ARCHIVE: Meant = {
  [`${BUCKET}/events/*]`]: 'Each day has objects of its own',
  [`${BUCKET}/failed/*]`]: 'Each day has objects of its own',
  [`${RESULTS}/*]`]: 'Each answer has an object of its own',
  'IAM5[Resource::*]': "What Athena's console lists first takes no other resource than *",
}

/** What is found where nothing is acknowledged, so that nothing hides behind what something else needs. */
function findingsOf(config: Config): string[] {
  const { app } = newStack({}, config)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  try {
    app.synth()
    return []
  } catch (error) {
    const found = String(error).matchAll(/Acknowledge with 'AwsSolutions::AwsSolutions-(.+?)'/g)
    return [...new Set([...found].flatMap(([, id]) => id ?? []))].sort()
  }
}

// Traces by themselves: what they need, a right to *, would hide the same right of anything else.
test.each<[string, Config, Meant[]]>([
  ['as the service is by default', {}, [ALWAYS, BY_DEFAULT]],
  ['where traces are recorded', { tracing: true }, [ALWAYS, BY_DEFAULT, OF_TRACES]],
  ['where everything else is switched on', { ...ALL, tracing: false }, [ALWAYS, OF_ARCHIVE]],
])(
  "AWS's solution checks find nothing that is not meant to be so, and nothing is excused in vain: %s (SECURITY E1)",
  (_what, config, meant) => {
    expect(findingsOf(config)).toEqual(meant.flatMap((some) => Object.keys(some)).sort())
  },
)
