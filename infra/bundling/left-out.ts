import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

/** A module that a Lambda never runs, and what stands in its place. */
interface LeftOut {
  why: string
  module: RegExp
  instead: (path: string) => string
  /** Functions that run it. */
  neededBy?: readonly string[]
}

/** They speak to S3. */
const WITH_BUCKETS = ['audit', 'notary']

const leaveOut = (...names: string[]) => {
  const refuse = (name: string) => `() => { throw new Error('${name} was left out of the bundle') }`
  return () => names.map((name) => `export const ${name} = ${refuse(name)}`).join('\n')
}

/** Together some 40 KB of each bundle. */
const LEFT_OUT: readonly LeftOut[] = [
  {
    why: 'No operation of DynamoDB streams its answer as events',
    module: /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/,
    instead: leaveOut('EventStreamSerde', 'eventStreamSerdeProvider'),
    neededBy: WITH_BUCKETS,
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

/** Puts the replacements in place while esbuild bundles a function. */
export const leftOut = (functionName: string): Plugin => ({
  name: 'left-out',
  setup(build) {
    for (const { module, instead, neededBy } of LEFT_OUT) {
      if (neededBy?.includes(functionName)) continue
      build.onLoad({ filter: module }, ({ path }) => ({ contents: instead(path), loader: 'js' }))
    }
  },
})
