import { parseArgs } from 'node:util'
import { ConfigError, parseDeployment, stagesOf } from '../config/config.ts'
import { type Deployment, SETTINGS } from '../config/settings.ts'
import { variableOf } from '../config/written.ts'

export const COMMANDS = ['synth', 'diff', 'deploy', 'destroy'] as const
type Command = (typeof COMMANDS)[number]

/** One call of the CDK's own command line. */
export interface Step {
  args: readonly string[]
  /** What is said where it fails, and nothing after it is done. */
  otherwise?: string
  /** What tells why it failed, without a word of its own: where this ends well, `says` is said instead of `otherwise`. */
  unless?: { args: readonly string[]; says: string }
  /** A look: it is read and not shown, and where a line of it is like this, nothing after it is done. */
  mayNotSay?: { line: RegExp; says: string }
}

interface Asked {
  stage: string | undefined
  /** Of two regions the one whose stack alone is meant. */
  region: string | undefined
  context: Readonly<Record<string, string>>
  /** For every step, and for the one that was asked for. */
  common: readonly string[]
  rest: readonly string[]
}

/**
 * What `npm run <command> -- --stage prod ...` has the CDK do; whatever is not ours is passed on.
 * @throws {ConfigError} where the configuration is wrong, no stage is named though there are several, or a table would be
 *   kept or lost because nobody thought of it.
 */
export function planOf(
  command: Command,
  args: readonly string[],
  config: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Step[] {
  const asked = readArgs(args)
  const named = asked.stage ?? asked.context.stage ?? env.ROLECALL_STAGE
  refuseUnknown(asked.context, env)
  const context = (key: string) => (key === 'stage' ? named : asked.context[key])
  const deployment = parseDeployment(config, { context, env })
  requireStage(command, named, stagesOf(config))
  const { looked, acted } = stacksOf(command, deployment, asked.region)
  const common = ['--context', `stage=${deployment.stage}`, ...asked.common]
  if (command === 'synth') return [{ args: [command, '--quiet', ...common, ...asked.rest] }]
  const last = { args: [command, ...(command === 'diff' ? looked : acted), ...common, ...asked.rest] }
  const look = ['diff', ...looked, '--method=template', ...common]
  if (command === 'destroy') return [...beforeDestroying(deployment, look, asked.region), last]
  return command === 'deploy' ? [...beforeDeploying(deployment, look), last] : [last]
}

/**
 * Which stacks are meant, as the CDK wants to hear it where there are several: all of a deployment of two regions, which it
 * takes in their order, or the one of a region, and none that it depends on. @throws {ConfigError}
 */
function stacksOf(command: Command, deployment: Deployment, region: string | undefined) {
  const { name, stage, regions } = deployment
  const [home, other] = regions
  if (region === undefined) return { looked: [], acted: other === undefined ? [] : ['--all'] }
  if (!regions.includes(region)) {
    const known = regions.length > 0 ? regions.join(', ') : 'none is named'
    throw new ConfigError([`There is no region "${region}" in regions of the stage ${stage}: ${known}`])
  }
  if (command === 'destroy' && region === home && other !== undefined) {
    throw new ConfigError([
      `The stack of ${home} has the table of both regions: leave --region out, and both are deleted, ${other} first`,
    ])
  }
  const alone = [region === home ? name : `${name}-${region}`, '--exclusively']
  return { looked: alone, acted: alone }
}

/** Options with a value that a look at what is deployed needs too. */
const SHARED = {
  context: { type: 'string', short: 'c' },
  profile: { type: 'string' },
  'role-arn': { type: 'string', short: 'r' },
} as const

/** What is deployed, looked at and deleted has to be one app. */
const OURS: readonly string[] = ['app', 'a']

function readArgs(args: readonly string[]): Asked {
  const options = { ...SHARED, stage: { type: 'string' as const }, region: { type: 'string' as const } }
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const context: Record<string, string> = {}
  const [common, rest]: [string[], string[]] = [[], []]
  let stage: string | undefined
  let region: string | undefined
  for (const token of tokens) {
    const pair = token.kind === 'option' && token.name === 'context' ? pairOf(token.value ?? '') : {}
    Object.assign(context, pair)
    // The stage is said once, by us.
    if ('stage' in pair) continue
    if (token.kind === 'option' && OURS.includes(token.name)) {
      throw new ConfigError([`Cannot use ${token.rawName}: the app is infra/app.ts, in cdk.json`])
    }
    if (token.kind !== 'option') rest.push(token.kind === 'positional' ? token.value : '--')
    else if (token.name === 'stage') stage = token.value ?? ''
    else if (token.name === 'region') region = token.value ?? ''
    else if (token.name in SHARED) common.push(`--${token.name}`, token.value ?? '')
    else rest.push(token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`)
  }
  return { stage, region, context, common, rest }
}

/** `memoryMb=1024` */
function pairOf(text: string): Record<string, string> {
  const equals = text.indexOf('=')
  if (equals < 0) throw new ConfigError([`Cannot use -c ${text}: write -c ${text}=VALUE`])
  return { [text.slice(0, equals)]: text.slice(equals + 1) }
}

/** Variables of ours that are no settings of a deployment. */
const OTHER_VARIABLES = ['ROLECALL_STAGE', 'ROLECALL_URL', 'ROLECALL_TOKEN', 'ROLECALL_REQUIRE_BROWSER']

/** What is misspelt must not pass for set. The CDK's own context has an `@` or a colon in its names. */
function refuseUnknown(context: Asked['context'], env: Readonly<Record<string, string | undefined>>): void {
  const variables = new Set([...OTHER_VARIABLES, ...Object.keys(SETTINGS).map(variableOf)])
  const names = Object.keys(context).filter((key) => !Object.hasOwn(SETTINGS, key) && !/^stage$|[@:]/.test(key))
  const set = Object.keys(env).filter((key) => key.startsWith('ROLECALL_') && !variables.has(key))
  const places = [...names.map((name) => `-c ${name}`), ...set]
  if (places.length > 0)
    throw new ConfigError(places.map((place) => `There is no setting ${place}: docs/deploy.md lists them`))
}

/** With one stage there is nothing to choose, but what is deleted is called by its name. */
function requireStage(command: Command, named: string | undefined, stages: readonly string[]): void {
  if (named !== undefined || command === 'synth' || (command !== 'destroy' && stages.length === 1)) return
  throw new ConfigError([`Say which stage: npm run ${command} -- --stage ${stages.join(', or --stage ')}`])
}

/** What is deployed decides, not what the configuration says: both have to be the same. */
function beforeDestroying(deployment: Deployment, look: readonly string[], region: string | undefined): Step[] {
  const { name, stage, terminationProtection, keepTable, tableName } = deployment
  const deploy = `npm run deploy -- --stage ${stage}`
  const isOfSecond = region !== undefined && region === deployment.regions[1]
  const sentences = [
    ...(terminationProtection
      ? [`The stack "${name}" is protected: set terminationProtection to false for the stage ${stage}, then ${deploy}`]
      : []),
    ...(keepTable === undefined && tableName === undefined && !isOfSecond
      ? [
          `Nobody has said what becomes of the table of "${name}": set keepTable to true, and it stays with all that is in it, or to false, and it is deleted with the stack; then ${deploy}`,
        ]
      : []),
  ]
  if (sentences.length > 0) throw new ConfigError(sentences)
  const nothing = 'Nothing is deleted:'
  return [
    {
      args: [...look, '--fail'],
      otherwise: `${nothing} what is deployed as "${name}" could not be compared with what the configuration says; the reason is above`,
      unless: {
        args: [...look, '--no-fail'],
        says: `${nothing} what is deployed as "${name}" is not what the configuration says, so the table could be kept or lost by accident. The differences are above; if they are meant, ${deploy} first`,
      },
    },
  ]
}

/** How the CDK says that a table of the stack is deleted, and not let go of. */
const TABLE_DELETED = /^\[-\] AWS::DynamoDB::(?:Global)?Table .+ destroy$/m

/** Where a table is taken over the stack makes none: if it has its own until then, what was deployed before decides over that. */
function beforeDeploying({ name, stage, tableName }: Deployment, look: readonly string[]): Step[] {
  if (tableName === undefined) return []
  return [
    {
      args: [...look, '--no-fail'],
      otherwise: `Nothing is deployed: whether "${name}" would delete a table of its own could not be seen; the reason is above`,
      mayNotSay: {
        line: TABLE_DELETED,
        says: `Nothing is deployed: "${name}" has a table of its own, which would be deleted with all that is in it, since it was deployed with keepTable false. Take out tableName and tableStreamArn, set keepTable to true, npm run deploy -- --stage ${stage}; then take "${tableName}" over`,
      },
    },
  ]
}
