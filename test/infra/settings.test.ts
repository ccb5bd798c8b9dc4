import { describe, expect, test } from 'vitest'
import { type CloudFormationTemplate, synthesize } from '../../local/synthesize.ts'
import { ACCOUNT, ALL, CERTIFICATE, fullTemplate, newStack, stack } from './stack.ts'

const STREAM = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/kept/stream/2026-11-27T08:00:00.000`

// biome-ignore lint/suspicious/noExplicitAny: tests look into templates of their own making
type Properties = Record<string, any>
interface Resource {
  id: string
  properties: Properties
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
}

const resourcesIn = ({ Resources }: CloudFormationTemplate, type: string): Resource[] =>
  Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {}, ...rest }]) => ({ ...rest, id, properties: Properties as Properties }))

const off = stack.template
const on = fullTemplate()
const both = (type: string) => [resourcesIn(off, type), resourcesIn(on, type)] as const
const theOne = (template: CloudFormationTemplate, type: string): Resource => {
  const [first, second] = resourcesIn(template, type)
  if (!first || second) throw new Error(`Expected one ${type}`)
  return first
}
const functionsOf = (template: CloudFormationTemplate) =>
  new Map(resourcesIn(template, 'AWS::Lambda::Function').map((one) => [one.properties.FunctionName as string, one]))
const statementsOf = (template: CloudFormationTemplate): Properties[] =>
  resourcesIn(template, 'AWS::IAM::Policy').flatMap(({ properties }) => properties.PolicyDocument.Statement)

describe('names and times', () => {
  test('functions begin with the name of the stack, and the stage of the API is the stage', () => {
    expect([...functionsOf(off).keys()].filter((name) => !name.startsWith('rolecall-'))).toEqual([])
    expect([...functionsOf(on).keys()].filter((name) => !name.startsWith('rolecall-staging-'))).toEqual([])
    expect(theOne(off, 'AWS::ApiGateway::Stage').properties.StageName).toBe('prod')
    expect(theOne(on, 'AWS::ApiGateway::Stage').properties.StageName).toBe('staging')
  })

  test('retention, cache time and memory are as set', () => {
    const [days] = [resourcesIn(on, 'AWS::Logs::LogGroup').map(({ properties }) => properties.RetentionInDays)]
    expect(new Set(days)).toEqual(new Set([7]))
    expect(theOne(on, 'AWS::ApiGateway::Authorizer').properties.AuthorizerResultTtlInSeconds).toBe(5)
    for (const { properties } of functionsOf(on).values()) {
      expect([properties.MemorySize, properties.Environment.Variables.EVENT_RETENTION_DAYS]).toEqual([1024, '30'])
    }
  })

  test('only named functions have concurrency kept for them', () => {
    const reserved = (template: CloudFormationTemplate) =>
      [...functionsOf(template)].flatMap(([name, { properties }]) =>
        properties.ReservedConcurrentExecutions === undefined ? [] : [[name, properties.ReservedConcurrentExecutions]],
      )
    expect(reserved(off)).toEqual([])
    expect(reserved(on).sort()).toEqual([
      ['rolecall-staging-authorizer', 20],
      ['rolecall-staging-worker', 5],
    ])
  })

  test('a queue calls no more workers than there may be', () => {
    const most = (template: CloudFormationTemplate) =>
      resourcesIn(template, 'AWS::Lambda::EventSourceMapping').flatMap(
        ({ properties }) => properties.ScalingConfig?.MaximumConcurrency ?? [],
      )
    expect([most(off), most(on)]).toEqual([[50], [5]])
  })

  test('the limits of all are those of the stage', () => {
    const [everything] = theOne(on, 'AWS::ApiGateway::Stage').properties.MethodSettings
    expect(everything).toMatchObject({ ResourcePath: '/*', ThrottlingRateLimit: 30, ThrottlingBurstLimit: 40 })
  })
})

describe('the domain', () => {
  test('there is none by default, and the address is told by the gateway', () => {
    for (const type of ['DomainName', 'BasePathMapping']) {
      expect(resourcesIn(off, `AWS::ApiGateway::${type}`)).toEqual([])
    }
    expect(theOne(off, 'AWS::ApiGateway::RestApi').properties.DisableExecuteApiEndpoint).toBe(false)
    for (const { properties } of functionsOf(off).values()) {
      expect(properties.Environment.Variables).not.toHaveProperty('PUBLIC_BASE_URL')
    }
  })

  test('is regional, takes TLS 1.2 and newer, and leads to the stage behind its base path', () => {
    const domain = theOne(on, 'AWS::ApiGateway::DomainName')
    expect(domain.properties).toEqual({
      DomainName: 'scim.example.com',
      EndpointConfiguration: { Types: ['REGIONAL'] },
      RegionalCertificateArn: CERTIFICATE,
      SecurityPolicy: 'TLS_1_2',
      Tags: [{ Key: 'team', Value: 'identity' }],
    })
    expect(theOne(on, 'AWS::ApiGateway::BasePathMapping').properties).toEqual({
      BasePath: 'rolecall',
      DomainName: { Ref: domain.id },
      RestApiId: { Ref: theOne(on, 'AWS::ApiGateway::RestApi').id },
      Stage: { Ref: theOne(on, 'AWS::ApiGateway::Stage').id },
    })
    expect(theOne(on, 'AWS::ApiGateway::RestApi').properties.DisableExecuteApiEndpoint).toBe(true)
    expect(theOne(on, 'AWS::Route53::RecordSet').properties).toEqual({
      ...{ HostedZoneId: 'Z0123456789ABC', Name: 'scim.example.com.', Type: 'A' },
      AliasTarget: {
        DNSName: { 'Fn::GetAtt': [domain.id, 'RegionalDomainName'] },
        HostedZoneId: { 'Fn::GetAtt': [domain.id, 'RegionalHostedZoneId'] },
      },
    })
  })

  test('is what functions say of themselves, and what the stack says to operators', () => {
    for (const { properties } of functionsOf(on).values()) {
      expect(properties.Environment.Variables.PUBLIC_BASE_URL).toBe('https://scim.example.com/rolecall/scim/v2')
    }
    expect(outputsOf(on)).toMatchObject({
      BaseUrl: 'https://scim.example.com/rolecall/scim/v2',
      AdminUrl: 'https://scim.example.com/rolecall',
    })
  })

  test('without base path and zone it leads to the whole, and its record is left to others', () => {
    const { template } = synthesize({ domainName: 'scim.example.com', certificateArn: CERTIFICATE })
    expect(theOne(template, 'AWS::ApiGateway::BasePathMapping').properties).not.toHaveProperty('BasePath')
    expect(resourcesIn(template, 'AWS::Route53::RecordSet')).toEqual([])
    const domain = theOne(template, 'AWS::ApiGateway::DomainName').id
    expect(outputsOf(template)).toMatchObject({
      BaseUrl: 'https://scim.example.com/scim/v2',
      DomainTarget: { 'Fn::GetAtt': [domain, 'RegionalDomainName'] },
      DomainTargetZone: { 'Fn::GetAtt': [domain, 'RegionalHostedZoneId'] },
    })
    expect(Object.keys(outputsOf(template))).toEqual([
      'DomainTarget',
      'DomainTargetZone',
      'BaseUrl',
      'AdminUrl',
      'TableName',
    ])
    for (const { Description } of Object.values(template.Outputs ?? {})) expect(Description).toBeTypeOf('string')
  })
})

const outputsOf = (template: CloudFormationTemplate): Record<string, unknown> =>
  Object.fromEntries(Object.entries(template.Outputs ?? {}).map(([id, { Value }]) => [id, Value]))

describe('the table', () => {
  test('outlives the stack and cannot be deleted, unless that is set', () => {
    const [[kept], [lost]] = both('AWS::DynamoDB::GlobalTable')
    expect([kept?.DeletionPolicy, kept?.UpdateReplacePolicy]).toEqual(['Retain', 'Retain'])
    expect(kept?.properties.Replicas[0].DeletionProtectionEnabled).toBe(true)
    expect([lost?.DeletionPolicy, lost?.UpdateReplacePolicy]).toEqual(['Delete', 'Delete'])
    expect(lost?.properties.Replicas[0].DeletionProtectionEnabled).toBe(false)
  })

  test("is encrypted by AWS's key, which costs nothing, and no function has a right to any key", () => {
    expect(resourcesIn(off, 'AWS::KMS::Key')).toEqual([])
    expect(theOne(off, 'AWS::DynamoDB::GlobalTable').properties.SSESpecification).toEqual({
      ...{ SSEEnabled: true, SSEType: 'KMS' },
    })
    expect(JSON.stringify(statementsOf(off))).not.toContain('kms:')
  })

  test('is encrypted by a key of its own, which rotates and stays, and functions use it through the table alone', () => {
    const key = theOne(on, 'AWS::KMS::Key')
    const arn = { 'Fn::GetAtt': [key.id, 'Arn'] }
    expect([key.DeletionPolicy, key.properties.EnableKeyRotation]).toEqual(['Retain', true])
    const { Replicas } = theOne(on, 'AWS::DynamoDB::GlobalTable').properties
    expect(Replicas[0].SSESpecification).toEqual({ KMSMasterKeyId: arn })
    // The archive's stream and its auditors use it through S3.
    const isThroughS3 = ({ Condition }: { Condition?: object }) => JSON.stringify(Condition ?? {}).includes('"s3.')
    const ofKey = statementsOf(on).filter((one) => JSON.stringify(one.Action).includes('kms:') && !isThroughS3(one))
    // Lambda's own poller reads the stream with the rights of its function, through DynamoDB too.
    expect(ofKey).toHaveLength(functionsOf(on).size)
    for (const statement of ofKey) {
      expect(statement).toEqual({
        Action: ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'].map(
          (action) => `kms:${action}`,
        ),
        Condition: { StringEquals: { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' } },
        ...{ Effect: 'Allow', Resource: arn },
      })
    }
  })

  test('can be one that is there: nothing of it is made, and everything uses it', () => {
    const keyArn = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`
    const { template } = synthesize({ tableName: 'kept', tableStreamArn: STREAM, customerManagedKey: keyArn })
    const tableArn = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/kept`
    for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::KMS::Key']) expect(resourcesIn(template, type)).toEqual([])
    for (const { properties } of functionsOf(template).values()) {
      expect(properties.Environment.Variables.TABLE_NAME).toBe('kept')
    }
    const streams = resourcesIn(template, 'AWS::Lambda::EventSourceMapping').map(({ properties }) => properties)
    expect(streams.map(({ EventSourceArn }) => EventSourceArn)).toContain(STREAM)
    const used = new Set(statementsOf(template).flatMap(({ Resource }) => [Resource].flat()))
    expect([...used].filter((arn) => typeof arn === 'string').sort()).toEqual([
      ...[tableArn, `${tableArn}/index/gsi1`, STREAM, keyArn].sort(),
    ])
    expect(outputsOf(template).TableName).toBe('kept')
  })
})

describe('the firewall', () => {
  test('there is none by default', () => {
    for (const type of ['WebACL', 'IPSet', 'WebACLAssociation'])
      expect(resourcesIn(off, `AWS::WAFv2::${type}`)).toEqual([])
  })

  test('refuses attackers, floods and all who are not in the ranges, and samples no request', () => {
    const sets = resourcesIn(on, 'AWS::WAFv2::IPSet')
    expect(sets.map(({ properties: { IPAddressVersion, Addresses } }) => [IPAddressVersion, Addresses])).toEqual([
      ['IPV4', ['203.0.113.0/24', '198.51.100.7/32']],
      ['IPV6', ['2001:db8::/32']],
    ])
    const { DefaultAction, Rules, Scope } = theOne(on, 'AWS::WAFv2::WebACL').properties
    expect({ DefaultAction, Scope }).toEqual({ DefaultAction: { Block: {} }, Scope: 'REGIONAL' })
    const shown = Rules.map(({ Name, Priority, Action, OverrideAction, Statement }: Properties) => ({
      ...{ Name, Priority, Action: Action ?? OverrideAction, Statement },
    }))
    expect(shown).toEqual([
      {
        ...{ Name: 'KnownForAttacks', Priority: 0, Action: { None: {} } },
        Statement: {
          ManagedRuleGroupStatement: { Name: 'AWSManagedRulesAmazonIpReputationList', VendorName: 'AWS' },
        },
      },
      {
        ...{ Name: 'TooMany', Priority: 1, Action: { Block: {} } },
        Statement: { RateBasedStatement: { AggregateKeyType: 'IP', EvaluationWindowSec: 300, Limit: 18_000 } },
      },
      ...sets.map(({ id, properties: { IPAddressVersion } }, i) => ({
        ...{ Name: `Allowed${IPAddressVersion}`, Priority: 2 + i, Action: { Allow: {} } },
        Statement: { IPSetReferenceStatement: { Arn: { 'Fn::GetAtt': [id, 'Arn'] } } },
      })),
    ])
    const acl = JSON.stringify(theOne(on, 'AWS::WAFv2::WebACL').properties)
    expect(acl).toContain('"SampledRequestsEnabled":false')
    expect(acl).not.toContain('"SampledRequestsEnabled":true')
  })

  test('stands before the stage', () => {
    const association = theOne(on, 'AWS::WAFv2::WebACLAssociation')
    const arn = JSON.stringify(association.properties.ResourceArn)
    expect(arn).toContain(`"${theOne(on, 'AWS::ApiGateway::RestApi').id}"`)
    expect(arn).toContain(`"${theOne(on, 'AWS::ApiGateway::Stage').id}"`)
    expect(arn).toContain(':apigateway:eu-west-1::/restapis/')
  })

  test('lets everybody else in where no ranges are given', () => {
    const { template } = synthesize({ firewall: true })
    const { DefaultAction, Rules } = theOne(template, 'AWS::WAFv2::WebACL').properties
    expect(DefaultAction).toEqual({ Allow: {} })
    expect(Rules.map(({ Name }: Properties) => Name)).toEqual(['KnownForAttacks', 'TooMany'])
    expect(resourcesIn(template, 'AWS::WAFv2::IPSet')).toEqual([])
  })
})

describe('what is watched', () => {
  test('is cheap by default, and with everything on tells of each function, method and integration', () => {
    const watched = (template: CloudFormationTemplate) => ({
      stage: theOne(template, 'AWS::ApiGateway::Stage').properties.TracingEnabled,
      methods: theOne(template, 'AWS::ApiGateway::Stage').properties.MethodSettings.map(
        ({ MetricsEnabled }: Properties) => MetricsEnabled,
      ),
      functions: [...functionsOf(template).values()].map(({ properties }) => [
        properties.TracingConfig?.Mode,
        properties.Environment.Variables.LOG_LEVEL,
        properties.Environment.Variables.METRICS_BY_INTEGRATION,
      ]),
      xray: JSON.stringify(statementsOf(template)).includes('xray:'),
    })
    const { functions, methods, ...rest } = watched(off)
    expect([new Set(functions.map(String)), new Set(methods), rest]).toEqual([
      ...[new Set([',INFO,']), new Set([false]), { stage: false, xray: false }],
    ])
    const { functions: all, methods: each, ...more } = watched(on)
    expect([new Set(all.map(String)), new Set(each), more]).toEqual([
      ...[new Set(['Active,WARN,on']), new Set([true]), { stage: true, xray: true }],
    ])
  })
})

describe('alarms', () => {
  /** Of those that are told, and of those that stand for some together; alarms.test.ts says which are which. */
  const actionsOf = (template: CloudFormationTemplate) =>
    ['Alarm', 'CompositeAlarm'].flatMap((type) =>
      resourcesIn(template, `AWS::CloudWatch::${type}`)
        .filter(({ properties: { AlarmActions } }) => AlarmActions !== undefined)
        .map(({ properties: { AlarmActions, OKActions } }) => [AlarmActions, OKActions]),
    )

  test('are told to nobody by default', () => {
    expect(resourcesIn(off, 'AWS::SNS::Topic')).toEqual([])
    expect(actionsOf(off)).toEqual([])
  })

  test('come by e-mail, when they begin and when they are over', () => {
    const topic = theOne(on, 'AWS::SNS::Topic')
    const target = { Ref: topic.id }
    expect(actionsOf(on).length).toBeGreaterThan(0)
    for (const actions of actionsOf(on)) expect(actions).toEqual([[target], [target]])
    expect(theOne(on, 'AWS::SNS::Subscription').properties).toMatchObject({
      ...{ Protocol: 'email', Endpoint: 'ops@example.com', TopicArn: target },
    })
    const { Statement } = theOne(on, 'AWS::SNS::TopicPolicy').properties.PolicyDocument
    expect(Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        ...{ Action: 'sns:Publish', Effect: 'Allow', Resource: target },
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
          ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:*` },
        },
      },
    ])
  })

  test('go to a topic that is there', () => {
    const arn = `arn:aws:sns:eu-west-1:${ACCOUNT}:pager`
    const { template } = synthesize({ alarmTarget: arn })
    expect(resourcesIn(template, 'AWS::SNS::Topic')).toEqual([])
    for (const actions of actionsOf(template)) expect(actions).toEqual([[arn], [arn]])
  })
})

test('an archive stands in a region of which the library knows no addresses of Firehose, and brings no table of them', () => {
  const { template } = synthesize({ archive: true, regions: ['mx-central-1'] })
  const { properties } = theOne(template, 'AWS::KinesisFirehose::DeliveryStream')
  expect(properties.ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration).toMatchObject({
    SchemaConfiguration: { Region: 'mx-central-1', DatabaseName: 'rolecall_archive', VersionId: 'LATEST' },
  })
  for (const one of [template, on]) expect(one).not.toHaveProperty('Mappings')
})

test("the region's log role is set unless it is left to others, and then nothing of it is made", () => {
  expect(both('AWS::ApiGateway::Account').map((found) => found.length)).toEqual([1, 0])
  const roles = both('AWS::IAM::Role').map((all) => JSON.stringify(all))
  expect(roles.map((text) => text.includes('AmazonAPIGatewayPushToCloudWatchLogs'))).toEqual([true, false])
})

test('everything that can have tags has them', () => {
  const untagged = (template: CloudFormationTemplate, types: string[]) =>
    types.flatMap((type) => resourcesIn(template, type).filter(({ properties }) => properties.Tags === undefined))
  const types = ['Lambda::Function', 'SQS::Queue', 'Logs::LogGroup', 'ApiGateway::RestApi', 'ApiGateway::Stage']
  const names = [
    ...types,
    'KMS::Key',
    'SNS::Topic',
    'WAFv2::WebACL',
    'CloudWatch::Alarm',
    'CloudWatch::CompositeAlarm',
  ].map((type) => `AWS::${type}`)
  expect(untagged(on, names)).toEqual([])
  expect(theOne(on, 'AWS::DynamoDB::GlobalTable').properties.Replicas[0].Tags).toEqual([
    { Key: 'team', Value: 'identity' },
  ])
  expect(JSON.stringify(off)).not.toContain('"Tags"')
})

test('the stack is where it is to be, and protected unless that is switched off', () => {
  const [kept, free] = [newStack().stack, newStack({}, ALL).stack]
  expect([kept.stackName, kept.terminationProtection, free.stackName, free.terminationProtection]).toEqual([
    ...['rolecall', true, 'rolecall-staging', false],
  ])
  expect([free.account, free.region]).toEqual([ACCOUNT, 'eu-west-1'])
})
