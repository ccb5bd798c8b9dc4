import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { App } from 'aws-cdk-lib'
import { afterAll, describe, expect, test } from 'vitest'
import cdk from '../../cdk.json' with { type: 'json' }
import { BACKGROUND_NAMES, type BackgroundName, LAMBDA_NAMES, type LambdaName } from '../../infra/bundling.ts'
import { parseDeployment } from '../../infra/config/config.ts'
import type { Config } from '../../infra/config/props.ts'
import { addStacks } from '../../infra/stacks.ts'
import { type CloudFormationTemplate, synthesize } from '../../local/synthesize.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import {
  collectionKey,
  fenceGateKey,
  fenceKey,
  lookupCollectionKey,
  markerKey,
  tokenKey,
} from '../../shared/store/keys.ts'
import { isAllowed } from './iam.ts'
import { ACCOUNT, stack as alone } from './stack.ts'
import { permits, type Statement } from './statement.ts'

const [HOME, OTHER] = ['eu-central-1', 'eu-west-1']
const certificateIn = (region: string) =>
  `arn:aws:acm:${region}:${ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555`

const CONFIG: Config = {
  ...{ awsAccount: ACCOUNT, regions: [HOME, OTHER], tags: { team: 'identity' } },
  ...{ domainName: 'scim.example.com', certificateArn: certificateIn(HOME), hostedZoneId: 'Z0123456789ABC' },
  ...{ customerManagedKey: true, archive: true, changeEvents: true, firewall: true, tracing: true },
  ...{ alarmTarget: 'ops@example.com', secondRegion: { certificateArn: certificateIn(OTHER) } },
}

const outdir = mkdtempSync(join(tmpdir(), 'rolecall-regions-'))
afterAll(() => rmSync(outdir, { recursive: true, force: true }))

/** Nothing is bundled, and nothing is synthesised before it is asked for. */
function stacksOf(config: Config) {
  const context = { ...cdk.context, 'aws:cdk:bundling-stacks': [] }
  const app = new App({ outdir, builtinCloudFormationValidation: false, analyticsReporting: false, context })
  return { app, stacks: addStacks(app, parseDeployment(config)) }
}

const assembly = stacksOf(CONFIG).app.synth()
const templateOf = (name: string) => assembly.getStackArtifact(name).template as CloudFormationTemplate
const [ground, home, other] = ['rolecall-eu-west-1-ground', 'rolecall', 'rolecall-eu-west-1'].map(templateOf) as [
  CloudFormationTemplate,
  CloudFormationTemplate,
  CloudFormationTemplate,
]

// biome-ignore lint/suspicious/noExplicitAny: tests look into templates of their own making
type Properties = Record<string, any>
const idsOf = ({ Resources }: CloudFormationTemplate, type: string) =>
  Object.keys(Resources).filter((id) => Resources[id]?.Type === type)
const allOf = (template: CloudFormationTemplate, type: string): Properties[] =>
  idsOf(template, type).map((id) => Object(template.Resources[id]?.Properties))
const theOne = (template: CloudFormationTemplate, type: string): Properties => {
  const [first, second] = allOf(template, type)
  if (!first || second) throw new Error(`Expected one ${type}`)
  return first
}
const output = (StackName: string, OutputName: string, Region: string) => ({
  'Fn::GetStackOutput': { StackName, OutputName, Region },
})
const TABLE_NAME = output('rolecall', 'TableName', HOME)
const [LOOK] = idsOf(other, 'Custom::AWS')

describe('the stacks', () => {
  test('stand one in each region, and one that the home region needs first, each protected', () => {
    const shown = assembly.stacks.map(({ stackName, environment, terminationProtection, dependencies }) => [
      ...[stackName, environment.name, terminationProtection],
      dependencies.map(({ id }) => id).filter((id) => !id.endsWith('.assets')),
    ])
    expect(shown).toEqual([
      ['rolecall-eu-west-1-ground', `aws://${ACCOUNT}/${OTHER}`, true, []],
      ['rolecall', `aws://${ACCOUNT}/${HOME}`, true, ['rolecall-eu-west-1-ground']],
      ['rolecall-eu-west-1', `aws://${ACCOUNT}/${OTHER}`, true, ['rolecall']],
    ])
  })

  test('have room for more with everything switched on', () => {
    for (const template of [home, other]) expect(Object.keys(template.Resources).length).toBeLessThan(450)
  })

  test('leave a running deployment what it has: nothing goes, and what changes does so in place', () => {
    const { secondRegion: _, ...single } = CONFIG
    const { template: before } = synthesize({ ...single, regions: [HOME] })
    const changed = Object.entries(before.Resources).filter(
      ([id, resource]) => !isDeepStrictEqual(resource, home.Resources[id]),
    )
    for (const [id, { Type }] of changed) expect(home.Resources[id]).toMatchObject({ Type })
    // None of these is replaced where environment, statements, replicas, target or body change.
    expect(new Set(changed.map(([, { Type }]) => Type))).toEqual(
      new Set(
        ['Lambda::Function', 'IAM::Policy', 'DynamoDB::GlobalTable', 'Route53::RecordSet', 'CloudWatch::Dashboard'].map(
          (t) => `AWS::${t}`,
        ),
      ),
    )
    const isNew = (id: string) => !Object.hasOwn(before.Resources, id)
    expect(
      Object.keys(home.Resources)
        .filter(isNew)
        .map((id) => home.Resources[id]?.Type)
        .sort(),
    ).toEqual(['AWS::CloudWatch::Alarm', 'AWS::Route53::RecordSet'])
  })

  test('need no more than themselves where there is neither a zone nor a new key', () => {
    const { ground: none, ...both } = stacksOf({ regions: [HOME, OTHER] }).stacks
    expect([none, Object.values(both).map(({ stackName, region }) => [stackName, region])]).toEqual([
      ...[undefined, [['rolecall', HOME]].concat([['rolecall-eu-west-1', OTHER]])],
    ])
  })

  test('have nothing of one name where an account has one of each', () => {
    const dashboards = [home, other].map((template) => theOne(template, 'AWS::CloudWatch::Dashboard').DashboardName)
    expect(dashboards).toEqual(['rolecall', 'rolecall-eu-west-1'])
    const named = [home, other].flatMap((template) =>
      ['Role', 'ManagedPolicy'].flatMap((type) =>
        allOf(template, `AWS::IAM::${type}`).flatMap(
          ({ RoleName, ManagedPolicyName }) => RoleName ?? ManagedPolicyName ?? [],
        ),
      ),
    )
    expect(named).toEqual([])
  })
})

describe('the table', () => {
  const TABLE = 'AWS::DynamoDB::GlobalTable'

  test('is the one of a single region with a replica more, so that nothing of it is made anew', () => {
    expect(idsOf(home, TABLE)).toEqual(idsOf(alone.template, TABLE))
    const { Replicas: single, ...before } = theOne(alone.template, TABLE)
    const { Replicas: both, ...after } = theOne(home, TABLE)
    expect(after).toEqual(before)
    expect(single).toHaveLength(1)
    const replica = {
      ...{ DeletionProtectionEnabled: true, GlobalSecondaryIndexes: [{ IndexName: 'gsi1' }] },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
      Tags: [{ Key: 'team', Value: 'identity' }],
    }
    const [key] = idsOf(home, 'AWS::KMS::Key')
    const keyOf = (KMSMasterKeyId: object) => ({ SSESpecification: { KMSMasterKeyId } })
    expect(both).toEqual([
      { ...replica, Region: OTHER, ...keyOf(output('rolecall-eu-west-1-ground', 'KeyArn', OTHER)) },
      { ...replica, Region: HOME, ...keyOf({ 'Fn::GetAtt': [key, 'Arn'] }) },
    ])
  })

  test('is asked for its stream where another stack made it, by what may do nothing else', () => {
    expect(idsOf(other, TABLE)).toEqual([])
    const { Create, Update, InstallLatestAwsSdk } = theOne(other, 'Custom::AWS')
    expect([Create, InstallLatestAwsSdk]).toEqual([Update, false])
    const [, [before, name, after]] = Create['Fn::Join']
    expect([JSON.parse(`${before}NAME${after}`), name]).toEqual([
      {
        ...{ service: 'DynamoDB', action: 'describeTable', parameters: { TableName: 'NAME' } },
        outputPaths: ['Table.TableName', 'Table.LatestStreamArn', 'Table.SSEDescription.KMSMasterKeyArn'],
        physicalResourceId: { responsePath: 'Table.LatestStreamArn' },
      },
      TABLE_NAME,
    ])
    const [fn] = allOf(other, 'AWS::Lambda::Function').filter(({ FunctionName }) => FunctionName === undefined)
    expect(statementsOf(other, fn)).toEqual([
      {
        ...{ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Effect: 'Allow', Resource: expect.anything() },
      },
      {
        ...{ Action: 'dynamodb:DescribeTable', Effect: 'Allow' },
        Resource: { 'Fn::Join': ['', [`arn:aws:dynamodb:${OTHER}:${ACCOUNT}:table/`, TABLE_NAME]] },
      },
    ])
    expect(allOf(other, 'AWS::IAM::Role').flatMap(({ ManagedPolicyArns }) => ManagedPolicyArns ?? [])).toHaveLength(1)
  })

  test('has one reader of its stream in each region, of the true stream', () => {
    const streams = [home, other].map((template) =>
      allOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(({ EventSourceArn, StartingPosition }) =>
        StartingPosition === undefined ? [] : [EventSourceArn],
      ),
    )
    expect(streams).toEqual([
      [{ 'Fn::GetAtt': [idsOf(home, TABLE)[0], 'StreamArn'] }],
      [{ 'Fn::GetAtt': [LOOK, 'Table.LatestStreamArn'] }],
    ])
    expect(JSON.stringify(assembly.stacks.map(({ template }) => template))).not.toContain('/stream/*')
  })

  test('has an alarm in each region that rings where nothing arrives in the other, told as the others are', () => {
    const latency = [home, other].map((template) => {
      const [alarm] = allOf(template, 'AWS::CloudWatch::Alarm').filter(
        ({ MetricName }) => MetricName === 'ReplicationLatency',
      )
      return { ...alarm, AlarmActions: alarm?.AlarmActions.length }
    })
    const rings = {
      ...{ AlarmName: 'rolecall-ReplicationLate', Namespace: 'AWS/DynamoDB', Statistic: 'Average', Period: 300 },
      ...{ EvaluationPeriods: 3, Threshold: 60_000, TreatMissingData: 'breaching', AlarmActions: 1 },
    }
    const from = (name: object, to: string) => ({
      Dimensions: [
        { Name: 'ReceivingRegion', Value: to },
        { Name: 'TableName', Value: name },
      ],
    })
    expect(latency).toMatchObject([
      { ...rings, ...from({ Ref: idsOf(home, TABLE)[0] }, OTHER) },
      { ...rings, ...from({ 'Fn::GetAtt': [LOOK, 'Table.TableName'] }, HOME) },
    ])
  })

  test('is known to every function by its name, and where it is', () => {
    for (const [template, name] of [
      [home, { Ref: idsOf(home, TABLE)[0] }],
      [other, { 'Fn::GetAtt': [LOOK, 'Table.TableName'] }],
    ] as const) {
      const ours = allOf(template, 'AWS::Lambda::Function').filter(({ FunctionName }) => FunctionName !== undefined)
      expect(ours).toHaveLength(LAMBDA_NAMES.length + BACKGROUND_NAMES.length)
      for (const { Environment } of ours)
        expect(Environment.Variables).toMatchObject({ TABLE_NAME: name, REGIONS: `${HOME},${OTHER}` })
    }
    expect(JSON.stringify(alone.template)).not.toContain('"REGIONS"')
  })

  test('may be one that is there, with a replica that somebody made', () => {
    const tableStreamArn = `arn:aws:dynamodb:${HOME}:${ACCOUNT}:table/kept/stream/2026-11-27T08:00:00.000`
    const { home: first, other: second } = stacksOf({
      regions: [HOME, OTHER],
      tableName: 'kept',
      tableStreamArn,
    }).stacks
    expect(first.service.table.tableName).toBe('kept')
    expect(second?.resolve(second?.service.table.tableName)).toEqual({
      'Fn::GetAtt': [expect.stringContaining('Replica'), 'Table.TableName'],
    })
  })
})

describe('the fence, in what functions may do', () => {
  const names = [...LAMBDA_NAMES, ...BACKGROUND_NAMES]
  const GATE = fenceGateKey('acme', 7).pk
  const FENCE = fenceKey('acme').pk
  const statements = new Map(names.map((name) => [name, statementsOf(home, functionOf(home, name))]))
  const may = (name: LambdaName | BackgroundName, action: string, key: string) =>
    permits(statements.get(name) ?? [], action, key)
  const whoMay = (action: string, key: string) => names.filter((name) => may(name, action, key)).sort()
  const CHANGING = [...['admin', 'admin-resources', 'bulk', 'groups', 'oauth', 'search', 'users', 'worker']] as const

  test('whoever commits changes checks it, and reads it', () => {
    expect(whoMay('ConditionCheckItem', GATE)).toEqual(CHANGING)
    expect(whoMay('GetItem', FENCE)).toEqual([...CHANGING, 'changes', 'check', 'watch'].sort())
    for (const action of ['GetItem', 'Query', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
      expect(whoMay(action, GATE)).toEqual([])
  })

  test('only who makes accounts puts one', () => {
    expect(whoMay('PutItem', GATE)).toEqual(['admin'])
    expect(whoMay('PutItem', FENCE)).toContain('admin')
  })

  test('a region says that it lives by the function of each minute alone', () => {
    expect(whoMay('PutItem', markerKey(HOME, 0).pk)).toEqual(['changes'])
  })

  test('it opens nothing else: no token, no text that reads like it', () => {
    const text = lookupCollectionKey('acme', RESOURCE_TYPES.User, 'externalId', 'x#FENCE')
    const keys = [
      tokenKey('abc').pk,
      text,
      text.replace('FENCE', 'REVOKED'),
      collectionKey('acme', RESOURCE_TYPES.User),
    ]
    const actions = ['GetItem', 'PutItem', 'BatchWriteItem', 'ConditionCheckItem']
    for (const name of names)
      for (const key of keys)
        for (const action of actions)
          expect([name, action, key, may(name, action, key)]).toEqual([name, action, key, isAllowed(name, action, key)])
  })

  test('of a single region nobody has any of it', () => {
    for (const name of names) {
      const gates = ['ConditionCheckItem', 'PutItem', 'BatchWriteItem'].map((action) => isAllowed(name, action, GATE))
      expect([name, ...gates, isAllowed(name, 'PutItem', markerKey(HOME, 0).pk)]).toEqual([
        ...[name, false, false, false, false],
      ])
    }
  })
})

describe('the domain', () => {
  const ZONE = { HostedZoneId: 'Z0123456789ABC', Type: 'A' }
  const recordOf = (template: CloudFormationTemplate, name: string) =>
    allOf(template, 'AWS::Route53::RecordSet').filter(({ Name }) => Name === name)
  const targetIn = (template: CloudFormationTemplate) => {
    const [id] = idsOf(template, 'AWS::ApiGateway::DomainName')
    return {
      DNSName: { 'Fn::GetAtt': [id, 'RegionalDomainName'] },
      EvaluateTargetHealth: true,
      HostedZoneId: { 'Fn::GetAtt': [id, 'RegionalHostedZoneId'] },
    }
  }

  test('has a certificate in each region, and the same address', () => {
    for (const [template, region] of [
      [home, HOME],
      [other, OTHER],
    ] as const) {
      expect(theOne(template, 'AWS::ApiGateway::DomainName')).toMatchObject({
        ...{ DomainName: 'scim.example.com', RegionalCertificateArn: certificateIn(region) },
      })
      expect(template.Outputs?.BaseUrl?.Value).toBe('https://scim.example.com/scim/v2')
    }
  })

  test('leads to a name with a record for each region, of which the first holds while its health check does', () => {
    expect(recordOf(home, 'scim.example.com.')).toEqual([
      {
        ...{ ...ZONE, Name: 'scim.example.com.' },
        AliasTarget: { DNSName: 'regions.scim.example.com.', HostedZoneId: ZONE.HostedZoneId },
      },
    ])
    expect(recordOf(home, 'regions.scim.example.com.')).toEqual([
      {
        ...{ ...ZONE, Name: 'regions.scim.example.com.', SetIdentifier: HOME, Failover: 'PRIMARY' },
        ...{ AliasTarget: targetIn(home), HealthCheckId: output('rolecall-eu-west-1-ground', 'HealthCheckId', OTHER) },
      },
    ])
    expect(allOf(other, 'AWS::Route53::RecordSet')).toEqual([
      {
        ...{ ...ZONE, Name: 'regions.scim.example.com.', SetIdentifier: OTHER, Failover: 'SECONDARY' },
        AliasTarget: targetIn(other),
      },
    ])
  })

  test('keeps its own record: where it leads to is changed, when all else is there', () => {
    const idOf = (template: CloudFormationTemplate) =>
      idsOf(template, 'AWS::Route53::RecordSet').find((id) => Object(template.Resources[id]).DependsOn)
    const [record] = idsOf(home, 'AWS::Route53::RecordSet').filter((id) => /Record[0-9A-F]{8}$/.test(id))
    expect(idOf(home)).toBe(record)
    expect(Object(home.Resources[record ?? '']).DependsOn).toEqual(
      idsOf(home, 'AWS::Route53::RecordSet').filter((id) => id !== record),
    )
  })

  test('goes by what the second region says of itself, and stays where it is while that says nothing', () => {
    const [alarm] = idsOf(ground, 'AWS::CloudWatch::Alarm')
    expect(theOne(ground, 'AWS::CloudWatch::Alarm')).toMatchObject({
      ...{ AlarmName: 'rolecall-Promoted', Namespace: 'Rolecall', MetricName: 'IsPrimary', Statistic: 'Maximum' },
      ...{ Period: 60, EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanThreshold', Threshold: 0 },
      Dimensions: [{ Name: 'service', Value: 'rolecall' }],
      TreatMissingData: 'missing',
    })
    expect(theOne(ground, 'AWS::Route53::HealthCheck').HealthCheckConfig).toEqual({
      ...{ Type: 'CLOUDWATCH_METRIC', InsufficientDataHealthStatus: 'LastKnownStatus' },
      AlarmIdentifier: { Name: { Ref: alarm }, Region: OTHER },
    })
  })
})

test('the key of the replica outlives its stack', () => {
  const [id = ''] = idsOf(ground, 'AWS::KMS::Key')
  expect(ground.Resources[id]).toMatchObject({
    ...{ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } },
  })
  expect(ground.Outputs?.KeyArn?.Value).toEqual({ 'Fn::GetAtt': [id, 'Arn'] })
  const arn = { 'Fn::GetAtt': [LOOK, 'Table.SSEDescription.KMSMasterKeyArn'] }
  const ofKey = statementsOf(other, functionOf(other, 'users')).filter(({ Action }) => String(Action).includes('kms:'))
  expect(ofKey.map(({ Resource }) => Resource)).toEqual([arn])
})

function functionOf(template: CloudFormationTemplate, name: string): Properties | undefined {
  return allOf(template, 'AWS::Lambda::Function').find(({ FunctionName }) => FunctionName === `rolecall-${name}`)
}

/** Every statement of a function's role. */
function statementsOf(template: CloudFormationTemplate, fn: Properties | undefined): Statement[] {
  const role = fn?.Role['Fn::GetAtt'][0]
  return allOf(template, 'AWS::IAM::Policy')
    .filter(({ Roles }) => Roles.some((one: { Ref: string }) => one.Ref === role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
}
