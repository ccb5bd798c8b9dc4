import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

/** A module that a Lambda never runs, and what stands in its place. */
interface LeftOut {
  why: string
  module: RegExp
  instead: (path: string) => string
  /** Functions that run it; with a setting all do, if none are named. */
  neededBy?: readonly string[]
  /** The setting without which they do not run it either. */
  setting?: OptionalPart
}

/** Settings that bring code with them. */
export const OPTIONAL_PARTS = ['archive', 'auditDigests', 'changeEvents', 'regions'] as const
export type OptionalPart = (typeof OPTIONAL_PARTS)[number]

/** They speak to S3. */
const WITH_BUCKETS = ['audit', 'notary']
/** They speak to more services than DynamoDB, which has a connection of our own. */
const WITH_OTHER_CLIENTS = [...WITH_BUCKETS, 'changes', 'worker']

const leaveOut = (...names: string[]) => {
  const refuse = (name: string) => `() => { throw new Error('${name} was left out') }`
  return () => names.map((name) => `export const ${name} = ${refuse(name)}`).join('\n')
}

const ofRegions = (module: RegExp, ...names: string[]): LeftOut => ({
  ...{ why: 'One region has no fence', module, instead: leaveOut(...names), setting: 'regions' },
})

/** Together some 40 KB of each bundle, and as much again of what speaks to services that a deployment does not use. */
const LEFT_OUT: readonly LeftOut[] = [
  {
    why: 'No operation of DynamoDB streams its answer as events',
    module: /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/,
    instead: leaveOut('EventStreamSerde', 'eventStreamSerdeProvider'),
    neededBy: WITH_BUCKETS,
    setting: 'auditDigests',
  },
  {
    why: 'Endpoint discovery is off, and its cache, which is made all the same, brings two packages',
    module: /@aws-sdk\/endpoint-cache\/dist-es\/index\.js$/,
    instead: () => 'export class EndpointCache {}',
  },
  {
    why: 'Node has SHA-256 built in; this is for where it has not',
    module: /@smithy\/core\/dist-es\/submodules\/checksum\/sha256\/Sha256Js\.js$/,
    instead: leaveOut('Sha256Js'),
  },
  {
    why: 'A Lambda has its region in the environment; only an EC2 machine asks for it',
    module: /@smithy\/core\/dist-es\/submodules\/config\/config-resolver\/regionConfig\/getInstanceMetadataRegion\.js$/,
    instead: leaveOut('getInstanceMetadataRegion'),
  },
  {
    why: 'No operation of DynamoDB or SQS names a bucket',
    module: /@smithy\/core\/dist-es\/submodules\/endpoints\/middleware-endpoint\/service-customizations\/index\.js$/,
    instead: leaveOut('resolveParamsForS3'),
    neededBy: WITH_BUCKETS,
    setting: 'auditDigests',
  },
  {
    why: 'Requests to DynamoDB are sent by Connection, and their answers received whole',
    module: /@smithy\/node-http-handler\/dist-es\/index\.js$/,
    instead: () => `export const NodeHttpHandler = { create: (handler) => handler }\n${leaveOut('streamCollector')()}`,
    neededBy: WITH_OTHER_CLIENTS,
  },
  {
    why: 'No digest is in a bucket',
    module: /shared\/notary\/bucket-store\.ts$/,
    instead: leaveOut('BucketStore'),
    neededBy: WITH_BUCKETS,
    setting: 'auditDigests',
  },
  {
    why: 'One region has no fence; with one, changes would fail here, and none be made past it',
    module: /shared\/store\/regions\/gate\.ts$/,
    instead: () => `${leaveOut('gated')()}\nexport const GATE = 'gate', stampedItem = (_db, item) => item`,
    setting: 'regions',
  },
  ofRegions(/shared\/store\/regions\/fence\.ts$/, 'toFence', 'getFence'),
  ofRegions(/shared\/store\/regions\/put-fence\.ts$/, 'putFence'),
  ofRegions(/shared\/store\/regions\/region\.ts$/, 'Region', 'toWrote'),
  {
    why: 'Changes are published nowhere',
    module: /shared\/worker\/outlets\/event-bus\.ts$/,
    instead: leaveOut('openEventBus'),
    neededBy: ['changes'],
    setting: 'changeEvents',
  },
  {
    why: 'Events are archived nowhere',
    module: /shared\/worker\/outlets\/archive\.ts$/,
    instead: leaveOut('openArchive'),
    neededBy: ['changes'],
    setting: 'archive',
  },
  {
    why: 'Nothing in a Lambda writes JSON Schema',
    module: /zod\/v4\/core\/to-json-schema\.js$/,
    // Called when a schema is made; what they return is called when it is written.
    instead: () => 'export const createToJSONSchemaMethod = () => {}, createStandardJSONSchemaMethod = () => {}',
  },
  {
    why: 'As above',
    module: /zod\/v4\/core\/json-schema-processors\.js$/,
    instead: leaveOut('aggregateChecks', 'toJSONSchema'),
  },
  {
    why: 'As above',
    module: /zod\/v4\/core\/json-schema-generator\.js$/,
    instead: leaveOut('JSONSchemaGenerator'),
  },
  {
    why: 'The client only asks for its version',
    module: /@aws-sdk\/client-dynamodb\/package\.json$/,
    instead: (path) => `export default { version: '${JSON.parse(readFileSync(path, 'utf8')).version}' }`,
  },
]

/** Puts the replacements in place while esbuild bundles a function of a deployment that lacks `without`. */
export const leftOut = (functionName: string, without: readonly OptionalPart[]): Plugin => ({
  name: 'left-out',
  setup(build) {
    for (const { module, instead, neededBy, setting } of LEFT_OUT) {
      const isRun = neededBy?.includes(functionName) ?? setting !== undefined
      if (isRun && (setting === undefined || !without.includes(setting))) continue
      build.onLoad({ filter: module }, ({ path }) => ({ contents: instead(path), loader: 'js' }))
    }
  },
})
