import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, type Overrides, parseDeployment, parseService, stagesOf } from '../../infra/config/config.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const KEY_ARN = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'
const CERTIFICATE = 'arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555'
const keyOf = (id: string) => KEY_ARN.replace(/[^/]+$/, id)
const busOf = (name: string) => `arn:aws:events:eu-west-1:123456789012:event-bus/${name}`
const STREAM = 'arn:aws:dynamodb:eu-west-1:123456789012:table/kept/stream/2026-11-27T08:00:00.000'

/** What is said of a configuration, sentence by sentence. */
function sentencesOf(config: unknown, overrides: Overrides = {}): string[] {
  try {
    parseDeployment(config, overrides)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
}
const contextOf = (values: Record<string, unknown>) => ({ context: (key: string) => values[key] })

describe('parseDeployment()', () => {
  test('has a safe and cheap value for everything', () => {
    expect(parseDeployment({})).toEqual({
      ...{ name: 'rolecall', stage: 'prod', defaultEndpoint: true, regions: [], tags: {}, terminationProtection: true },
      ...{ requestsPerSecond: 100, burst: 200, clientRequestsPerSecond: 50, clientBurst: 100 },
      ...{ authorizerCacheSeconds: 60, eventRetentionDays: 90, logRetentionDays: 90, customerManagedKey: false },
      ...{ auditDigests: true, changeEvents: false, archive: false, archiveRetentionDays: 2555 },
      ...{ firewall: false, allowedRanges: [], apiGatewayLogRole: true, memoryMb: 512, reservedConcurrency: {} },
      ...{ logLevel: 'INFO', metricsByIntegration: false, gatewayMetrics: false, tracing: false },
    })
  })

  test('takes the first stage unless one is named, and the settings of a stage before those of all', () => {
    const config = { memoryMb: 1024, eventRetentionDays: 30, stages: { prod: {}, staging: { eventRetentionDays: 7 } } }
    const shared = { memoryMb: 1024 }
    expect(stagesOf(config)).toEqual(['prod', 'staging'])
    expect(parseDeployment(config)).toMatchObject({
      ...shared,
      name: 'rolecall',
      stage: 'prod',
      eventRetentionDays: 30,
    })
    const staging = { ...shared, name: 'rolecall-staging', stage: 'staging', eventRetentionDays: 7 }
    expect(parseDeployment(config, contextOf({ stage: 'staging' }))).toMatchObject(staging)
    expect(parseDeployment(config, { env: { ROLECALL_STAGE: 'staging' } })).toMatchObject(staging)
  })

  test('takes the context before the environment, and both before the file, for the stage that is meant', () => {
    const config = { eventRetentionDays: 30, stages: { prod: { eventRetentionDays: 40 }, staging: {} } }
    const env = { ROLECALL_EVENT_RETENTION_DAYS: '50', ROLECALL_MEMORY_MB: '1024' }
    expect(parseDeployment(config, { env })).toMatchObject({ eventRetentionDays: 50, memoryMb: 1024 })
    const both = { ...contextOf({ eventRetentionDays: 60 }), env }
    expect(parseDeployment(config, both)).toMatchObject({ eventRetentionDays: 60, memoryMb: 1024 })
  })

  test('reads every form of a text', () => {
    const texts = {
      ...{ name: 'blue', memoryMb: '1024', firewall: 'true', allowedRanges: '203.0.113.0/24, 2001:db8::/32' },
      ...{ tags: 'team=identity,cost=42', reservedConcurrency: 'authorizer=20,users=50', customerManagedKey: 'true' },
      regions: 'eu-west-1',
    }
    const read = {
      ...{ name: 'blue', memoryMb: 1024, firewall: true, allowedRanges: ['203.0.113.0/24', '2001:db8::/32'] },
      ...{ tags: { team: 'identity', cost: '42' }, reservedConcurrency: { authorizer: 20, users: 50 } },
      customerManagedKey: true,
      regions: ['eu-west-1'],
    }
    expect(parseDeployment({}, contextOf(texts))).toMatchObject(read)
    expect(parseDeployment({ regions: ['eu-west-1'] }, contextOf({ customerManagedKey: KEY_ARN }))).toMatchObject({
      customerManagedKey: KEY_ARN,
    })
  })

  test.each<[string, unknown, string]>([
    ['name', 'No Name', 'Cannot use name "No Name": small letters, digits and hyphens, a letter first, at most 40'],
    ['awsAccount', 123456789012, 'Cannot use awsAccount 123456789012: the 12 digits of an AWS account, as a text'],
    [
      'regions',
      ['eu-west-1', 'eu-west-1'],
      'Cannot use regions ["eu-west-1","eu-west-1"]: a list of one region such as eu-west-1, or of two, the home region first',
    ],
    [
      'regions',
      ['eu-west-1', 'eu-central-1', 'eu-north-1'],
      'Cannot use regions ["eu-west-1","eu-central-1","eu-north-1"]: a list of one region such as eu-west-1, or of two, the home region first',
    ],
    [
      'secondRegion',
      { memoryMb: 1024 },
      'Cannot use secondRegion {"memoryMb":1024}: settings of the second region by their names: certificateArn, customerManagedKey, alarmTarget, changeEvents, apiGatewayLogRole',
    ],
    [
      'domainName',
      'https://scim.example.com',
      'Cannot use domainName "https://scim.example.com": a host name in small letters, such as scim.example.com',
    ],
    [
      'domainBasePath',
      'ping',
      'Cannot use domainBasePath "ping": one part of a path, of letters, digits, - and _, and not ping or sping, which API Gateway keeps',
    ],
    [
      'certificateArn',
      'arn:aws:acm:eu-west-1',
      'Cannot use certificateArn "arn:aws:acm:eu-west-1": the ARN of a certificate, arn:aws:acm:REGION:ACCOUNT:certificate/ID, as ACM shows it',
    ],
    [
      'hostedZoneId',
      'example.com',
      'Cannot use hostedZoneId "example.com": the id of a zone of Route 53, Z0123456789ABC',
    ],
    ['requestsPerSecond', 0, 'Cannot use requestsPerSecond 0: requests a second, from 1 to 10000'],
    ['clientBurst', 5001, 'Cannot use clientBurst 5001: requests at once, from 1 to 5000'],
    [
      'authorizerCacheSeconds',
      300,
      'Cannot use authorizerCacheSeconds 300: seconds from 0 to 60, the time in which changes of tokens and network policies are promised to take effect',
    ],
    ['eventRetentionDays', '90', 'Cannot use eventRetentionDays "90": a number of days from 1 to 9999'],
    [
      'logRetentionDays',
      8,
      'Cannot use logRetentionDays 8: one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653, the periods of CloudWatch Logs',
    ],
    [
      'customerManagedKey',
      'alias/mine',
      'Cannot use customerManagedKey "alias/mine": true, false, or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID, as KMS shows it',
    ],
    ['firewall', 'yes', 'Cannot use firewall "yes": true or false'],
    [
      'allowedRanges',
      ['0.0.0.0/0'],
      'Cannot use allowedRanges ["0.0.0.0/0"]: a list of ranges such as 203.0.113.0/24 or 2001:db8::/32, each once, by its first address, and none of them everything (/0)',
    ],
    [
      'alarmTarget',
      'the operators',
      'Cannot use alarmTarget "the operators": an e-mail address, or the ARN of a topic, arn:aws:sns:REGION:ACCOUNT:NAME',
    ],
    ['logLevel', 'TRACE', 'Cannot use logLevel "TRACE": one of DEBUG, INFO, WARN, ERROR'],
    ['metricsByIntegration', 'on', 'Cannot use metricsByIntegration "on": true or false'],
    [
      'runbookUrl',
      'http://wiki/runbook',
      'Cannot use runbookUrl "http://wiki/runbook": an address that begins with https:// and has no #, of the page that docs/runbook.md became',
    ],
    ['tableName', 'a', 'Cannot use tableName "a": the name of a table, 3 to 255 letters, digits, ., - and _'],
    [
      'tableStreamArn',
      'latest',
      'Cannot use tableStreamArn "latest": the ARN of a stream, as "aws dynamodb describe-table --table-name NAME --query Table.LatestStreamArn" prints it',
    ],
    [
      'tags',
      { 'aws:x': 'y' },
      'Cannot use tags {"aws:x":"y"}: at most 50 texts of 1 to 256 letters, digits, blanks and _.:/=+-@ by their keys, which do not begin with aws:',
    ],
    [
      'tags',
      { team: '' },
      'Cannot use tags {"team":""}: at most 50 texts of 1 to 256 letters, digits, blanks and _.:/=+-@ by their keys, which do not begin with aws:',
    ],
    [
      'changeEvents',
      'arn:aws:events:eu-west-1:123456789012:event-bus/..//',
      'Cannot use changeEvents "arn:aws:events:eu-west-1:123456789012:event-bus/..//": true, false, or the ARN of a bus, arn:aws:events:REGION:ACCOUNT:event-bus/NAME, and the name of letters, digits, ., - and _, at most 256',
    ],
    ['memoryMb', 128, 'Cannot use memoryMb 128: a number of MB from 256 to 10240'],
    [
      'reservedConcurrency',
      { user: 5 },
      expect.stringMatching(
        /^Cannot use reservedConcurrency \{"user":5\}: a number from 1 to 1000 for each function named, of users, group-reads, /,
      ) as unknown as string,
    ],
    ['eventRetentionDay', 5, 'There is no setting eventRetentionDay: docs/deploy.md lists them'],
    ['stage', 'staging', 'There is no setting stage: docs/deploy.md lists them'],
  ])('refuses a wrong %s in one sentence', (setting, value, sentence) => {
    expect(sentencesOf({ [setting]: value })).toEqual([sentence])
  })

  test.each<[string, Record<string, unknown>, string]>([
    [
      'a domain without certificate',
      { domainName: 'scim.example.com' },
      'domainName "scim.example.com" needs a certificate: set certificateArn too',
    ],
    [
      'a base path without domain',
      { domainBasePath: 'rolecall' },
      'domainBasePath "rolecall" is of no use without a domain: set domainName too',
    ],
    [
      'no address at all',
      { defaultEndpoint: false },
      'defaultEndpoint false would leave no address at all: set domainName too',
    ],
    [
      'a client that may send more than all',
      { clientRequestsPerSecond: 101 },
      'clientRequestsPerSecond 101 is more than requestsPerSecond 100: one client would have the share of all',
    ],
    [
      'a burst of the kind',
      { burst: 99 },
      'clientBurst 100 is more than burst 99: one client would have the share of all',
    ],
    [
      'ranges that nothing holds anybody to',
      { allowedRanges: ['203.0.113.0/24'] },
      'allowedRanges refuse nobody without the firewall: set firewall to true too',
    ],
    [
      'a table without its stream',
      { tableName: 'kept' },
      'tableName "kept" needs tableStreamArn too: aws dynamodb describe-table --table-name kept --query Table.LatestStreamArn prints it',
    ],
    [
      'a stream without its table',
      { tableStreamArn: STREAM },
      'tableStreamArn is of no use without the table: set tableName too',
    ],
    [
      'the stream of another table',
      { tableName: 'other', tableStreamArn: STREAM },
      'tableStreamArn is the stream of "kept", not of tableName "other"',
    ],
    [
      'a new key for a table that has one',
      { tableName: 'kept', tableStreamArn: STREAM, customerManagedKey: true },
      'A table that is there has its key already: set customerManagedKey to the ARN of that of "kept", or to false',
    ],
    [
      'a table that is taken over to be deleted',
      { tableName: 'kept', tableStreamArn: STREAM, keepTable: false },
      'The stack does not delete a table that it took over: leave keepTable out, and delete "kept" by hand',
    ],
    [
      'a certificate of another region',
      { regions: ['us-east-1'], domainName: 'scim.example.com', certificateArn: CERTIFICATE },
      'certificateArn is in eu-west-1, the service in us-east-1: use one there',
    ],
    [
      'a table of another account',
      { awsAccount: '999999999999', tableName: 'kept', tableStreamArn: STREAM },
      'tableStreamArn belongs to the account 123456789012, the service to 999999999999',
    ],
    [
      'a certificate of another account',
      { awsAccount: '999999999999', domainName: 'scim.example.com', certificateArn: CERTIFICATE },
      'certificateArn belongs to the account 123456789012, the service to 999999999999',
    ],
    [
      'what is in two regions, where none is said',
      {
        domainName: 'scim.example.com',
        certificateArn: CERTIFICATE,
        alarmTarget: 'arn:aws:sns:us-east-1:123456789012:ops',
      },
      'alarmTarget is in us-east-1, certificateArn in eu-west-1: use one there',
    ],
    [
      'a key of a region that is not said',
      { customerManagedKey: true },
      'customerManagedKey needs the region: set regions too, such as ["eu-west-1"]',
    ],
    [
      'what is otherwise in a second region that is not there',
      { regions: ['eu-west-1'], secondRegion: { apiGatewayLogRole: false } },
      'secondRegion is of no use with one region: name two in regions',
    ],
    [
      'a certificate of the home region in the second',
      { regions: ['eu-west-1', 'eu-central-1'], domainName: 'scim.example.com', certificateArn: CERTIFICATE },
      'certificateArn is in eu-west-1, the service in eu-central-1: use one there (secondRegion)',
    ],
    [
      'two regions that have no table between them',
      { regions: ['eu-west-1', 'cn-north-1'] },
      'regions eu-west-1 and cn-north-1 are of the partitions aws and aws-cn, between which no table is replicated: use two of one',
    ],
    [
      'a misspelt second region',
      { regions: ['eu-west-1', 'eu-cnetral-1'] },
      'The region eu-cnetral-1 (regions) is none that the CDK knows: use eu-central-1, or, if it is new, a newer aws-cdk-lib (secondRegion)',
    ],
    [
      'a key in one region of two',
      { regions: ['eu-west-1', 'eu-central-1'], secondRegion: { customerManagedKey: true } },
      'The table is encrypted by keys of yours in both regions, or in none: set customerManagedKey, and that of secondRegion',
    ],
    [
      'a new key for the replica of a table that is there',
      {
        ...{ regions: ['eu-west-1', 'eu-central-1'], tableName: 'kept', tableStreamArn: STREAM },
        ...{ customerManagedKey: KEY_ARN, secondRegion: { customerManagedKey: true } },
      },
      'A table that is there has its key already: set secondRegion.customerManagedKey to the ARN of that of "kept" in eu-central-1',
    ],
    [
      'an archive that is not there, but is kept for a time',
      { archiveRetentionDays: 400 },
      'archiveRetentionDays is of no use without the archive: set archive to true too',
    ],
    [
      'a lock on an archive that is not there',
      { archiveLockDays: 400 },
      'archiveLockDays is of no use without the archive: set archive to true too',
    ],
    [
      'a lock that outlasts what it locks',
      { archive: true, archiveRetentionDays: 365, archiveLockDays: 400 },
      'archiveLockDays 400 is more than archiveRetentionDays 365: nothing could be deleted when its time is over',
    ],
    [
      'a lock on digests that are not there',
      { auditDigests: false, digestLockDays: 365 },
      'digestLockDays is of no use without digests: set auditDigests to true too',
    ],
    [
      'a notary that has something kept for it and is not there',
      { auditDigests: false, reservedConcurrency: { notary: 1 } },
      'reservedConcurrency.notary is of no use without digests: set auditDigests to true too',
    ],
    [
      'a misspelt region',
      { regions: ['eu-wset-1'], domainName: 'scim.example.com', certificateArn: CERTIFICATE },
      'The region eu-wset-1 (regions) is none that the CDK knows: use eu-west-1, or, if it is new, a newer aws-cdk-lib',
    ],
    [
      'a region whose name is like no other',
      { regions: ['nz-auckland-1'] },
      'The region nz-auckland-1 (regions) is none that the CDK knows: use another, or, if it is new, a newer aws-cdk-lib',
    ],
    [
      'a misspelt region of a certificate',
      { domainName: 'scim.example.com', certificateArn: CERTIFICATE.replace('eu-west', 'us-esat') },
      'The region us-esat-1 (certificateArn) is none that the CDK knows: use us-east-1, or, if it is new, a newer aws-cdk-lib',
    ],
    [
      'a key of another partition than its region',
      { regions: ['eu-west-1'], customerManagedKey: KEY_ARN.replace('arn:aws:', 'arn:aws-cn:') },
      'customerManagedKey is of the partition aws-cn, but eu-west-1 is of aws: begin it with "arn:aws:"',
    ],
    [
      'a certificate of another partition, where no region is said',
      { domainName: 'scim.example.com', certificateArn: CERTIFICATE.replace('eu-west-1', 'eusc-de-east-1') },
      'certificateArn is of the partition aws, but eusc-de-east-1 is of aws-eusc: begin it with "arn:aws-eusc:"',
    ],
    [
      'one worker, of which a queue has two',
      { reservedConcurrency: { worker: 1 } },
      'reservedConcurrency.worker 1 is too little: a queue has two of its function at once, at least',
    ],
  ])('refuses %s', (_what, config, sentence) => {
    expect(sentencesOf(config)).toEqual([sentence])
  })

  test('says all that is wrong at once, and where it stands', () => {
    const config = { memoryMb: 1, stages: { prod: {}, staging: { burst: 0 } } }
    const overrides = { ...contextOf({ clientBurst: 'x' }), env: { ROLECALL_FIREWALL: 'on' } }
    expect(sentencesOf(config, overrides)).toEqual([
      'Cannot use memoryMb 1: a number of MB from 256 to 10240',
      'Cannot use clientBurst "x" (-c clientBurst): requests at once, from 1 to 5000',
      'Cannot use firewall "on" (ROLECALL_FIREWALL): true or false',
      'Cannot use burst 0 (stages.staging): requests at once, from 1 to 5000',
    ])
  })

  test.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['rolecall.config.ts exports no configuration: export default defineConfig({ … })']],
    [
      'no stages',
      { stages: {} },
      ['Cannot use stages: settings under the name of each stage, as { prod: {}, staging: {} }'],
    ],
    [
      'stages as a list',
      { stages: ['prod'] },
      ['Cannot use stages: settings under the name of each stage, as { prod: {}, staging: {} }'],
    ],
    [
      'a stage with a long name',
      { stages: { 'pre-production': {} } },
      ['Cannot use stage "pre-production": small letters and digits, a letter first, at most 16'],
    ],
    [
      'names that are too long together',
      { name: 'a'.repeat(40), stages: { staging: {} } },
      [
        `Cannot use name "${'a'.repeat(40)}-staging" (with its stage): small letters, digits and hyphens, a letter first, at most 40`,
      ],
    ],
  ])('refuses %s', (_what, config, sentences) => {
    expect(sentencesOf(config)).toEqual(sentences)
  })

  test.each<[string, unknown, string]>([
    ['toString', 1, 'There is no setting toString: docs/deploy.md lists them'],
    ['memoryMb', 512n, 'Cannot use memoryMb 512n: a number of MB from 256 to 10240'],
    ['memoryMb', Number.NaN, 'Cannot use memoryMb NaN: a number of MB from 256 to 10240'],
    [
      'name',
      () => 'rolecall',
      'Cannot use name [Function (anonymous)]: small letters, digits and hyphens, a letter first, at most 40',
    ],
  ])('refuses a %s that no JSON holds', (setting, value, sentence) => {
    expect(sentencesOf({ [setting]: value })).toEqual([sentence])
  })

  test.each(['203.0.113.5/24', '::ffff:192.0.2.0/120', '203.0.113.0/024'])('refuses the range %s', (range) => {
    expect(sentencesOf({ firewall: true, allowedRanges: [range] })).toHaveLength(1)
    expect(sentencesOf({ firewall: true, allowedRanges: ['203.0.113.0/24', '203.0.113.0/24'] })).toHaveLength(1)
  })

  test('takes as many ranges of each kind as WAF does, and says how many are too many', () => {
    const some = (count: number, nth: (i: number) => string) => Array.from({ length: count }, (_, i) => nth(i))
    const ofIPv4 = some(10_001, (i) => `10.${i >> 8}.${i & 255}.0/24`)
    const ofIPv6 = some(10_000, (i) => `2001:db8:${(i + 1).toString(16)}::/48`)
    expect(sentencesOf({ firewall: true, allowedRanges: [...ofIPv4, ...ofIPv6] })).toEqual([
      'allowedRanges has 10001 ranges of IPv4, of which WAF takes 10000: put some together to larger ones',
    ])
  })

  test.each(['mx-central-1', 'ap-southeast-6', 'me-west-1', 'eusc-de-east-1', 'us-gov-west-1', 'cn-north-1'])(
    'takes the region %s, with an archive',
    (region) => {
      expect(sentencesOf({ regions: [region], archive: true })).toEqual([])
    },
  )

  test.each<[string, unknown, boolean]>([
    ['customerManagedKey', KEY_ARN, true],
    ['customerManagedKey', keyOf('mrk-0123456789abcdef0123456789abcdef'), true],
    ['customerManagedKey', keyOf('abcd'), false],
    ['customerManagedKey', keyOf('-'), false],
    ['customerManagedKey', keyOf('mrk-0123'), false],
    ['certificateArn', CERTIFICATE, true],
    ['certificateArn', CERTIFICATE.replace(/[^/]+$/, 'x'), false],
    ['changeEvents', busOf('default'), true],
    ['changeEvents', busOf('Identity_2.changes-eu'), true],
    ['changeEvents', busOf('a'.repeat(257)), false],
    ['changeEvents', busOf('..//'), false],
    ['tags', { team: 'x'.repeat(256) }, true],
    ['tags', { team: 'x'.repeat(257) }, false],
  ])('takes %s %j: %s', (setting, value, isOne) => {
    const others = { regions: ['eu-west-1'], domainName: 'scim.example.com', certificateArn: CERTIFICATE }
    const wrong = sentencesOf({ ...others, [setting]: value })
    expect(wrong.map((sentence) => sentence.startsWith(`Cannot use ${setting} `))).toEqual(isOne ? [] : [true])
  })

  test('takes no variable that nobody set for an empty list', () => {
    const config = { firewall: true, allowedRanges: ['203.0.113.0/24'], tags: { team: 'identity' } }
    expect(sentencesOf(config, { ...contextOf({ tags: ' ' }), env: { ROLECALL_ALLOWED_RANGES: '' } })).toEqual([
      expect.stringMatching(/^Cannot use allowedRanges "" \(ROLECALL_ALLOWED_RANGES\): a list of ranges/),
      expect.stringMatching(/^Cannot use tags " " \(-c tags\): at most 50 texts of 1 to 256/),
    ])
  })

  test.each<[string, boolean]>([
    ['scim.example.xn--p1ai', true],
    ['scim.example.com', true],
    [`${'a'.repeat(63)}.example.com`, true],
    [`${'a'.repeat(64)}.example.com`, false],
    ['*.example.com', false],
    ['example', false],
    ['scim.example.com.', false],
  ])('takes %s for a host name: %s', (domainName, isOne) => {
    expect(sentencesOf({ domainName, certificateArn: CERTIFICATE })).toHaveLength(isOne ? 0 : 1)
  })

  test('refuses stages that would be one stack or have one address', () => {
    const domain = { domainName: 'scim.example.com', certificateArn: CERTIFICATE }
    expect(sentencesOf({ name: 'a', stages: { prod: { name: 'a-b' }, b: {} } })).toEqual([
      'The stages prod and b would be one stack, "a-b": give one another name',
    ])
    expect(sentencesOf({ ...domain, stages: { prod: {}, staging: {} } })).toEqual([
      'The stages prod and staging would have one address, scim.example.com/: give one another domainName or domainBasePath',
    ])
    expect(sentencesOf({ ...domain, stages: { prod: {}, staging: { domainBasePath: 'staging' } } })).toEqual([])
  })

  test('refuses stages that would take over one table, and no others', () => {
    const table = { tableName: 'kept', tableStreamArn: STREAM }
    const later = { ...table, tableStreamArn: STREAM.replace('08:00', '09:00') }
    const elsewhere = { ...table, tableStreamArn: STREAM.replace('123456789012', '999999999999') }
    const sentence =
      'The stages a and b would take over one table, "kept": give one another tableName and tableStreamArn'
    expect(sentencesOf({ stages: { a: table, b: table } })).toEqual([sentence])
    expect(sentencesOf({ stages: { a: table, b: later } })).toEqual([sentence])
    expect(sentencesOf({ stages: { a: table, b: elsewhere, c: {} } })).toEqual([])
  })

  test('refuses a stage that is not there', () => {
    expect(sentencesOf({ stages: { prod: {}, staging: {} } }, contextOf({ stage: 'dev' }))).toEqual([
      'There is no stage "dev" in rolecall.config.ts: prod, staging',
    ])
  })
})

test('a service is given its props alike', () => {
  expect(parseService({ name: 'blue', stage: 'live' })).toMatchObject({ name: 'blue', stage: 'live', memoryMb: 512 })
  expect(() => parseService({ memoryMb: 1 })).toThrow('Cannot use memoryMb 1: a number of MB from 256 to 10240')
})

test('the app ends with the sentences and nothing else, before a stack is made', () => {
  const env = { PATH: process.env.PATH, ROLECALL_MEMORY_MB: '1', ROLECALL_FIREWALL: 'on' }
  const { status, stderr, stdout } = spawnSync(process.execPath, ['infra/app.ts'], { cwd: ROOT, env, encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'Cannot use firewall "on" (ROLECALL_FIREWALL): true or false\n' +
      'Cannot use memoryMb 1 (ROLECALL_MEMORY_MB): a number of MB from 256 to 10240\n',
  })
})
