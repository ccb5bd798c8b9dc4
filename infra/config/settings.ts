import * as z from 'zod'
import { AUTHORIZER_CACHE_SECONDS } from '../../shared/auth/authorizer-cache.ts'
import { toNetworkBlock } from '../../shared/auth/network-block.ts'
import { LOG_LEVELS } from '../../shared/config.ts'
import { CLIENT_REQUESTS_PER_SECOND } from '../../shared/http/time-limits.ts'
import { BACKGROUND_NAMES, LAMBDA_NAMES } from '../bundling.ts'
import type { ScimServiceProps, Settings } from './props.ts'

/** One setting: what it may be, in words that follow "Cannot use name "No Name": ". */
export interface Setting<T> {
  schema: z.ZodType<T>
  says: string
  /** How a text of the context or the environment is read. */
  text: TextForm
}
export type TextForm = 'text' | 'number' | 'flag' | 'flag or text' | 'list' | 'pairs' | 'numbers'

/** Periods CloudWatch Logs offers. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653]
const MAX_NAME = 40
/** Of one resource. */
const MAX_TAGS = 50
/** Paths that API Gateway keeps for itself at the root of a domain. */
const RESERVED_PATHS = ['ping', 'sping']
const FUNCTION_NAMES: readonly string[] = [...LAMBDA_NAMES, ...BACKGROUND_NAMES]

/** How AWS writes the id of a certificate, and of a key that is in one region. */
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
/** `arn:aws:kms:eu-west-1:123456789012:key/…`, with the parts that tell. */
const arn = (service: string, resource: string) =>
  z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${resource}$`))
const whole = (least: number, most: number) => z.int().min(least).max(most)
const email = z.email().max(256)
const range = z
  .union([z.cidrv4(), z.cidrv6()])
  .refine((text) => !text.endsWith('/0') && toNetworkBlock(text) === text && !text.toLowerCase().startsWith('::ffff:'))
const host = z.string().max(253)
const name = z.string().regex(new RegExp(`^[a-z][a-z0-9-]{0,${MAX_NAME - 1}}$`))

const setting = <T>(text: TextForm, schema: z.ZodType<T>, says: string): Setting<T> => ({ text, schema, says })
const flag = () => setting('flag', z.boolean(), 'true or false')
const optional = <T>(text: TextForm, schema: z.ZodType<T>, says: string) => setting(text, schema.optional(), says)

/** Every setting of the service with what it may be; what it is by default is in {@link DEFAULTS}. */
export const SERVICE_SETTINGS = {
  name: setting('text', name, `small letters, digits and hyphens, a letter first, at most ${MAX_NAME}`),
  stage: setting(
    'text',
    z.string().regex(/^[a-z][a-z0-9]{0,15}$/),
    'small letters and digits, a letter first, at most 16',
  ),
  domainName: optional(
    'text',
    host.regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])$/),
    'a host name in small letters, such as scim.example.com',
  ),
  certificateArn: optional(
    'text',
    arn('acm', `certificate/${UUID}`),
    'the ARN of a certificate, arn:aws:acm:REGION:ACCOUNT:certificate/ID, as ACM shows it',
  ),
  domainBasePath: optional(
    'text',
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .refine((path) => !RESERVED_PATHS.includes(path)),
    `one part of a path, of letters, digits, - and _, and not ${RESERVED_PATHS.join(' or ')}, which API Gateway keeps`,
  ),
  hostedZoneId: optional('text', z.string().regex(/^Z[A-Z0-9]{1,31}$/), 'the id of a zone of Route 53, Z0123456789ABC'),
  defaultEndpoint: flag(),
  requestsPerSecond: setting('number', whole(1, 10_000), 'requests a second, from 1 to 10000'),
  burst: setting('number', whole(1, 5000), 'requests at once, from 1 to 5000'),
  clientRequestsPerSecond: setting('number', whole(1, 10_000), 'requests a second, from 1 to 10000'),
  clientBurst: setting('number', whole(1, 5000), 'requests at once, from 1 to 5000'),
  authorizerCacheSeconds: setting(
    'number',
    whole(0, AUTHORIZER_CACHE_SECONDS),
    `seconds from 0 to ${AUTHORIZER_CACHE_SECONDS}, the time in which changes of tokens and network policies are promised to take effect`,
  ),
  eventRetentionDays: setting('number', whole(1, 9999), 'a number of days from 1 to 9999'),
  auditDigests: flag(),
  digestLockDays: optional('number', whole(1, 36_500), 'a number of days from 1 to 36500'),
  changeEvents: setting(
    'flag or text',
    z.union([z.boolean(), arn('events', 'event-bus/[\\w.-]{1,256}')]),
    'true, false, or the ARN of a bus, arn:aws:events:REGION:ACCOUNT:event-bus/NAME, and the name of letters, digits, ., - and _, at most 256',
  ),
  archive: flag(),
  archiveRetentionDays: setting('number', whole(120, 36_500), 'a number of days from 120 to 36500'),
  archiveLockDays: optional('number', whole(1, 36_500), 'a number of days from 1 to 36500'),
  logRetentionDays: setting(
    'number',
    z.number().refine((days) => LOG_RETENTION_DAYS.includes(days)),
    `one of ${LOG_RETENTION_DAYS.join(', ')}, the periods of CloudWatch Logs`,
  ),
  customerManagedKey: setting(
    'flag or text',
    z.union([z.boolean(), arn('kms', `key/(?:${UUID}|mrk-[0-9a-f]{32})`)]),
    'true, false, or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID, as KMS shows it',
  ),
  firewall: flag(),
  allowedRanges: setting(
    'list',
    z
      .array(range)
      .refine((ranges) => new Set(ranges).size === ranges.length)
      .readonly(),
    'a list of ranges such as 203.0.113.0/24 or 2001:db8::/32, each once, by its first address, and none of them everything (/0)',
  ),
  logLevel: setting('text', z.enum(LOG_LEVELS), `one of ${LOG_LEVELS.join(', ')}`),
  metricsByIntegration: flag(),
  gatewayMetrics: flag(),
  tracing: flag(),
  runbookUrl: optional(
    'text',
    z.string().regex(/^https:\/\/[^\s"()#]{3,300}$/),
    'an address that begins with https:// and has no #, of the page that docs/runbook.md became',
  ),
  alarmTarget: optional(
    'text',
    z.union([email, arn('sns', '[\\w-]+')]),
    'an e-mail address, or the ARN of a topic, arn:aws:sns:REGION:ACCOUNT:NAME',
  ),
  apiGatewayLogRole: flag(),
  keepTable: setting('flag', z.boolean().optional(), 'true or false'),
  tableName: optional(
    'text',
    z.string().regex(/^[\w.-]{3,255}$/),
    'the name of a table, 3 to 255 letters, digits, ., - and _',
  ),
  tableStreamArn: optional(
    'text',
    arn('dynamodb', 'table/[\\w.-]+/stream/[0-9T:.-]+'),
    'the ARN of a stream, as "aws dynamodb describe-table --table-name NAME --query Table.LatestStreamArn" prints it',
  ),
  memoryMb: setting('number', whole(256, 10_240), 'a number of MB from 256 to 10240'),
  reservedConcurrency: setting(
    'numbers',
    z.record(
      z.string().refine((text) => FUNCTION_NAMES.includes(text)),
      whole(1, 1000),
    ),
    `a number from 1 to 1000 for each function named, of ${FUNCTION_NAMES.join(', ')}`,
  ),
} satisfies { [Name in keyof ScimServiceProps]-?: Setting<ScimServiceProps[Name]> }

const { stage: _ofTheStage, ...OF_SERVICE } = SERVICE_SETTINGS

/** Every setting that a file may have: of the service, whose stage is named by its place, and of its stack. */
export const SETTINGS = {
  ...OF_SERVICE,
  awsAccount: optional('text', z.string().regex(/^\d{12}$/), 'the 12 digits of an AWS account, as a text'),
  regions: setting(
    'list',
    z
      .array(z.string().regex(/^[a-z]+(-[a-z]+)+-\d+$/))
      .max(2)
      .refine((regions) => new Set(regions).size === regions.length)
      .readonly(),
    'a list of one region such as eu-west-1, or of two, the home region first',
  ),
  secondRegion: optional(
    'pairs',
    z.strictObject({
      certificateArn: OF_SERVICE.certificateArn.schema,
      customerManagedKey: OF_SERVICE.customerManagedKey.schema.optional(),
      alarmTarget: OF_SERVICE.alarmTarget.schema,
      changeEvents: OF_SERVICE.changeEvents.schema.optional(),
      apiGatewayLogRole: OF_SERVICE.apiGatewayLogRole.schema.optional(),
    }),
    'settings of the second region by their names: certificateArn, customerManagedKey, alarmTarget, changeEvents, apiGatewayLogRole',
  ),
  tags: setting(
    'pairs',
    z
      .record(
        z
          .string()
          .regex(/^[\w .:/=+@-]{1,128}$/)
          .refine((key) => !key.toLowerCase().startsWith('aws:')),
        z.string().regex(/^[\w .:/=+@-]{1,256}$/),
      )
      .refine((tags) => Object.keys(tags).length <= MAX_TAGS),
    `at most ${MAX_TAGS} texts of 1 to 256 letters, digits, blanks and _.:/=+-@ by their keys, which do not begin with aws:`,
  ),
  terminationProtection: flag(),
} satisfies { [Name in keyof Settings]-?: Setting<Settings[Name]> }

type ValueOf<S> = S extends Setting<infer T> ? T : never
type ValuesOf<Table> = { [Name in keyof Table]: ValueOf<Table[Name]> }
/** Settings of the service with their defaults. */
export type ServiceSettings = ValuesOf<typeof SERVICE_SETTINGS>
/** Settings of a stack with their defaults. */
export type Deployment = ServiceSettings & ValuesOf<typeof SETTINGS>

/** Safe and cheap. Whether the table is kept is left open, for whoever deletes the stack: until then it is. */
export const DEFAULTS: Partial<Deployment> = {
  name: 'rolecall',
  stage: 'prod',
  defaultEndpoint: true,
  requestsPerSecond: 2 * CLIENT_REQUESTS_PER_SECOND,
  burst: 4 * CLIENT_REQUESTS_PER_SECOND,
  clientRequestsPerSecond: CLIENT_REQUESTS_PER_SECOND,
  clientBurst: 2 * CLIENT_REQUESTS_PER_SECOND,
  authorizerCacheSeconds: AUTHORIZER_CACHE_SECONDS,
  eventRetentionDays: 90,
  auditDigests: true,
  changeEvents: false,
  archive: false,
  archiveRetentionDays: 2555,
  logRetentionDays: 90,
  customerManagedKey: false,
  firewall: false,
  allowedRanges: [],
  logLevel: 'INFO',
  metricsByIntegration: false,
  gatewayMetrics: false,
  tracing: false,
  apiGatewayLogRole: true,
  memoryMb: 512,
  reservedConcurrency: {},
  regions: [],
  tags: {},
  terminationProtection: true,
}
