import { nearestRegion, partitionOf } from './region.ts'
import { secondRegionOf } from './second-region.ts'
import { DEFAULTS, type Deployment, type ServiceSettings } from './settings.ts'

/** What WAF takes into one set of addresses. */
const MAX_RANGES = 10_000

/** Of settings that are right one by one: what contradicts another, in a sentence each. */
export function contradictionsOf(settings: ServiceSettings & Partial<Deployment>): string[] {
  const first = ofOne(settings)
  const [home, other] = settings.regions ?? []
  if (home === undefined || other === undefined) {
    const isLost = settings.secondRegion !== undefined
    return [...first, ...where(isLost, 'secondRegion is of no use with one region: name two in regions')]
  }
  // What is wrong in both is said once.
  const second = ofOne(secondRegionOf(settings)).filter((sentence) => !first.includes(sentence))
  return [
    ...first,
    ...second.map((sentence) => `${sentence} (secondRegion)`),
    ...ofPartitions(home, other),
    ...ofKeys(settings, other),
  ]
}

function ofPartitions(home: string, other: string): string[] {
  const [here, there] = [partitionOf(home), partitionOf(other)]
  return where(
    here !== undefined && there !== undefined && here !== there,
    `regions ${home} and ${other} are of the partitions ${here} and ${there}, between which no table is replicated: use two of one`,
  )
}

/** The table has a key in both regions, or in none; an existing table's in the second is there too. */
function ofKeys(settings: ServiceSettings & Partial<Deployment>, other: string): string[] {
  const { customerManagedKey: here, tableName } = settings
  const { customerManagedKey: there } = secondRegionOf(settings)
  return [
    ...where(
      (here === false) !== (there === false),
      'The table is encrypted by keys of yours in both regions, or in none: set customerManagedKey, and that of secondRegion',
    ),
    ...where(
      tableName !== undefined && there === true,
      `A table that is there has its key already: set secondRegion.customerManagedKey to the ARN of that of "${tableName}" in ${other}`,
    ),
  ]
}

function ofOne(settings: ServiceSettings & Partial<Deployment>): string[] {
  return [
    ...ofDomain(settings),
    ...ofLimits(settings),
    ...ofTable(settings),
    ...ofHistory(settings),
    ...ofRegion(settings),
  ]
}

const where = (wrong: boolean | undefined, sentence: string): string[] => (wrong ? [sentence] : [])

function ofDomain({ domainName, certificateArn, domainBasePath, hostedZoneId, defaultEndpoint }: ServiceSettings) {
  if (domainName !== undefined) {
    return where(certificateArn === undefined, `domainName "${domainName}" needs a certificate: set certificateArn too`)
  }
  const needing = Object.entries({ certificateArn, domainBasePath, hostedZoneId }).filter(([, value]) => value)
  return [
    ...needing.map(([name, value]) => `${name} "${value}" is of no use without a domain: set domainName too`),
    ...where(!defaultEndpoint, 'defaultEndpoint false would leave no address at all: set domainName too'),
  ]
}

function ofLimits(settings: ServiceSettings): string[] {
  const {
    requestsPerSecond,
    clientRequestsPerSecond,
    burst,
    clientBurst,
    firewall,
    allowedRanges,
    reservedConcurrency,
  } = settings
  const share = 'one client would have the share of all'
  return [
    ...where(
      clientRequestsPerSecond > requestsPerSecond,
      `clientRequestsPerSecond ${clientRequestsPerSecond} is more than requestsPerSecond ${requestsPerSecond}: ${share}`,
    ),
    ...where(clientBurst > burst, `clientBurst ${clientBurst} is more than burst ${burst}: ${share}`),
    ...where(
      reservedConcurrency.worker === 1,
      'reservedConcurrency.worker 1 is too little: a queue has two of its function at once, at least',
    ),
    ...where(
      allowedRanges.length > 0 && !firewall,
      'allowedRanges refuse nobody without the firewall: set firewall to true too',
    ),
    ...ofRanges(allowedRanges),
  ]
}

function ofRanges(ranges: readonly string[]): string[] {
  const ofIPv6 = ranges.filter((range) => range.includes(':')).length
  return Object.entries({ IPv4: ranges.length - ofIPv6, IPv6: ofIPv6 }).flatMap(([kind, count]) =>
    where(
      count > MAX_RANGES,
      `allowedRanges has ${count} ranges of ${kind}, of which WAF takes ${MAX_RANGES}: put some together to larger ones`,
    ),
  )
}

function ofTable({ tableName, tableStreamArn, customerManagedKey, keepTable }: ServiceSettings): string[] {
  if (tableName === undefined) {
    return where(tableStreamArn !== undefined, 'tableStreamArn is of no use without the table: set tableName too')
  }
  const command = `aws dynamodb describe-table --table-name ${tableName} --query Table.LatestStreamArn`
  return [
    ...where(tableStreamArn === undefined, `tableName "${tableName}" needs tableStreamArn too: ${command} prints it`),
    ...where(
      tableStreamArn !== undefined && tableOf(tableStreamArn) !== tableName,
      `tableStreamArn is the stream of "${tableStreamArn && tableOf(tableStreamArn)}", not of tableName "${tableName}"`,
    ),
    ...where(
      customerManagedKey === true,
      `A table that is there has its key already: set customerManagedKey to the ARN of that of "${tableName}", or to false`,
    ),
    ...where(
      keepTable === false,
      `The stack does not delete a table that it took over: leave keepTable out, and delete "${tableName}" by hand`,
    ),
  ]
}

function ofHistory({
  auditDigests,
  digestLockDays,
  archive,
  archiveRetentionDays,
  archiveLockDays,
  eventRetentionDays,
  reservedConcurrency,
}: ServiceSettings) {
  return [
    ...where(
      reservedConcurrency.notary !== undefined && !auditDigests,
      'reservedConcurrency.notary is of no use without digests: set auditDigests to true too',
    ),
    ...where(
      archiveRetentionDays !== DEFAULTS.archiveRetentionDays && !archive,
      'archiveRetentionDays is of no use without the archive: set archive to true too',
    ),
    ...where(
      digestLockDays !== undefined && !auditDigests,
      'digestLockDays is of no use without digests: set auditDigests to true too',
    ),
    ...where(
      archiveLockDays !== undefined && !archive,
      'archiveLockDays is of no use without the archive: set archive to true too',
    ),
    ...where(
      archive && archiveLockDays !== undefined && archiveLockDays > archiveRetentionDays,
      `archiveLockDays ${archiveLockDays} is more than archiveRetentionDays ${archiveRetentionDays}: nothing could be deleted when its time is over`,
    ),
    ...where(
      archive && archiveRetentionDays < eventRetentionDays,
      `archiveRetentionDays ${archiveRetentionDays} is less than eventRetentionDays ${eventRetentionDays}: the archive would forget before the table`,
    ),
  ]
}

const tableOf = (streamArn: string): string | undefined => streamArn.split('/')[1]

/** What is used by its ARN has to be where the service is. */
function ofRegion(settings: ServiceSettings & Partial<Deployment>): string[] {
  const { certificateArn, customerManagedKey, alarmTarget, tableStreamArn, changeEvents, regions, awsAccount } =
    settings
  const named = Object.entries({
    certificateArn,
    customerManagedKey,
    alarmTarget,
    tableStreamArn,
    changeEvents,
  }).flatMap(([name, value]) => {
    const [, partition, , region, account] = String(value).split(':')
    return region === undefined ? [] : [{ name, partition, region, account }]
  })
  const [home, first] = [regions?.[0], named[0]]
  const region = home ?? first?.region
  if (region === undefined) return []
  const partition = partitionOf(region)
  if (partition === undefined) {
    return [`The region ${region} (${home ? 'regions' : first?.name}) is none that the CDK knows: ${adviceOn(region)}`]
  }
  const whose = home ? `the service in ${region}` : `${first?.name} in ${region}`
  return named.flatMap(({ name, ...its }) => [
    ...where(its.region !== region, `${name} is in ${its.region}, ${whose}: use one there`),
    ...where(
      its.region === region && its.partition !== partition,
      `${name} is of the partition ${its.partition}, but ${region} is of ${partition}: begin it with "arn:${partition}:"`,
    ),
    ...where(
      OF_THE_ACCOUNT.includes(name) && awsAccount !== undefined && its.account !== awsAccount,
      `${name} belongs to the account ${its.account}, the service to ${awsAccount}`,
    ),
  ])
}

/** A new region comes with a new version of the library. */
function adviceOn(region: string): string {
  const nearest = nearestRegion(region)
  return `${nearest ? `use ${nearest}, or` : 'use another, or'}, if it is new, a newer aws-cdk-lib`
}

/** What no stack can do without: a table with a key of its own names its region, which synthesis must know. `remedy` says where it is set. */
export function missingFrom(
  { tableStreamArn, customerManagedKey }: ServiceSettings,
  regions: readonly string[],
  remedy = 'set regions too, such as ["eu-west-1"]',
): string[] {
  const isUnknown = regions.length === 0 && tableStreamArn === undefined && customerManagedKey !== false
  return where(isUnknown, `customerManagedKey needs the region: ${remedy}`)
}

/** What no other account can lend. */
const OF_THE_ACCOUNT = ['certificateArn', 'tableStreamArn']
