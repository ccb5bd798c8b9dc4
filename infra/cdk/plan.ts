import { parseArgs } from 'node:util'
import { ConfigError, parseDeployment, stagesOf } from '../config/config.ts'
import type { Deployment } from '../config/settings.ts'

export const COMMANDS = ['synth', 'diff', 'deploy', 'destroy'] as const
type Command = (typeof COMMANDS)[number]

/** One call of the CDK's own command line. */
export interface Step {
  args: readonly string[]
  /** What is said where it fails, and nothing after it is done. */
  otherwise?: string
}

interface Asked {
  stage: string | undefined
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
  const context = (key: string) => (key === 'stage' ? named : asked.context[key])
  const deployment = parseDeployment(config, { context, env })
  requireStage(command, named, stagesOf(config))
  const common = ['--context', `stage=${deployment.stage}`, ...asked.common]
  if (command === 'synth') return [{ args: [command, '--quiet', ...common, ...asked.rest] }]
  const last = { args: [command, ...common, ...asked.rest] }
  return command === 'destroy' ? [...beforeDestroying(deployment, common), last] : [last]
}

/** Options with a value that a look at what is deployed needs too. */
const SHARED = {
  context: { type: 'string', short: 'c' },
  profile: { type: 'string' },
  'role-arn': { type: 'string', short: 'r' },
} as const

function readArgs(args: readonly string[]): Asked {
  const options = { ...SHARED, stage: { type: 'string' as const } }
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const context: Record<string, string> = {}
  const [common, rest]: [string[], string[]] = [[], []]
  let stage: string | undefined
  for (const token of tokens) {
    const pair = token.kind === 'option' && token.name === 'context' ? pairOf(token.value ?? '') : {}
    Object.assign(context, pair)
    // The stage is said once, by us.
    if ('stage' in pair) continue
    if (token.kind !== 'option') rest.push(token.kind === 'positional' ? token.value : '--')
    else if (token.name === 'stage') stage = token.value ?? ''
    else if (token.name in SHARED) common.push(`--${token.name}`, token.value ?? '')
    else rest.push(token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`)
  }
  return { stage, context, common, rest }
}

/** `memoryMb=1024` */
function pairOf(text: string): Record<string, string> {
  const equals = text.indexOf('=')
  return equals < 0 ? {} : { [text.slice(0, equals)]: text.slice(equals + 1) }
}

/** With one stage there is nothing to choose, but what is deleted is called by its name. */
function requireStage(command: Command, named: string | undefined, stages: readonly string[]): void {
  if (named !== undefined || command === 'synth' || (command !== 'destroy' && stages.length === 1)) return
  throw new ConfigError([`Say which stage: npm run ${command} -- --stage ${stages.join(', or --stage ')}`])
}

/** What is deployed decides, not what the configuration says: both have to be the same. */
function beforeDestroying(deployment: Deployment, common: readonly string[]): Step[] {
  const { name, stage, terminationProtection, keepTable, tableName } = deployment
  const deploy = `npm run deploy -- --stage ${stage}`
  const sentences = [
    ...(terminationProtection
      ? [`The stack "${name}" is protected: set terminationProtection to false for the stage ${stage}, then ${deploy}`]
      : []),
    ...(keepTable === undefined && tableName === undefined
      ? [
          `Nobody has said what becomes of the table of "${name}": set keepTable to true, and it stays with all that is in it, or to false, and it is deleted with the stack; then ${deploy}`,
        ]
      : []),
  ]
  if (sentences.length > 0) throw new ConfigError(sentences)
  return [
    {
      args: ['diff', '--fail', '--method=template', ...common],
      otherwise: `What is deployed as "${name}" is not what the configuration says, so the table could be kept or lost by accident: look at the difference above, then ${deploy}`,
    },
  ]
}
