import { inspect, isDeepStrictEqual } from 'node:util'
import { contradictionsOf, missingFrom } from './contradictions.ts'
import type { ScimServiceProps } from './props.ts'
import {
  DEFAULTS,
  type Deployment,
  SERVICE_SETTINGS,
  SETTINGS,
  type ServiceSettings,
  type Setting,
} from './settings.ts'
import { fromText, variableOf } from './written.ts'

/** The configuration cannot be used: a sentence for each thing that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(sentences: readonly string[]) {
    super([...new Set(sentences)].join('\n'))
  }
}

/** What comes before the file: the context of the CDK (`-c name=value`), then the environment (`ROLECALL_NAME`). */
export interface Overrides {
  context?: (key: string) => unknown
  env?: Readonly<Record<string, string | undefined>>
}

/** A value and, where it does not stand under its own name, the place where it does. */
interface Given {
  value: unknown
  place?: string
}
type Values = Readonly<Record<string, Given>>
interface Checked<Settings> {
  settings: Settings
  sentences: readonly string[]
}

/** Where a stack is, as far as it is known when it is made. */
interface Place {
  region?: string | undefined
  account?: string | undefined
}

const DEFAULT_STAGE = 'prod'

/** The service's settings with their defaults, in a stack that knows its region or account, or neither. @throws {ConfigError} */
export function parseService(props: ScimServiceProps, { region, account }: Place = {}): ServiceSettings {
  const regions = region === undefined ? [] : [region]
  const { settings, sentences } = check<ServiceSettings>(SERVICE_SETTINGS, placed(props), {
    regions,
    awsAccount: account,
  })
  const missing = missingFrom(settings, regions, 'give its stack env: { region: "eu-west-1" }')
  return required({ settings, sentences: sentences.length > 0 ? sentences : missing })
}

/**
 * The settings of one stage: of `rolecall.config.ts` and what comes before it, which may also name the stage; without a
 * name it is the first one.
 * @throws {ConfigError} with all that is wrong, in any stage.
 */
export function parseDeployment(config: unknown, { context = () => undefined, env = {} }: Overrides = {}): Deployment {
  const { common, stages } = parseFile(config)
  const wanted = String(context('stage') ?? env.ROLECALL_STAGE ?? Object.keys(stages)[0])
  const overrides = givenBefore(context, env)
  const all = Object.entries(stages).map(([stage, own]) =>
    checkStage(stage, { ...common, ...own, ...(stage === wanted && overrides) }),
  )
  const chosen = all.find(({ settings }) => settings.stage === wanted)
  const missing = chosen
    ? []
    : [`There is no stage "${wanted}" in rolecall.config.ts: ${Object.keys(stages).join(', ')}`]
  return required({
    settings: chosen?.settings as Deployment,
    sentences: [
      ...missing,
      ...all.flatMap(({ sentences }) => sentences),
      ...sharedBy(all.map(({ settings }) => settings)),
    ],
  })
}

/** What two stages may not have in common, since the second would change or lack what the first has. */
function sharedBy(stages: readonly Deployment[]): string[] {
  const tableArnOf = ({ tableStreamArn }: Deployment) => tableStreamArn?.split('/stream/')[0]
  const addressOf = ({ domainName, domainBasePath = '' }: Deployment) => domainName && `${domainName}/${domainBasePath}`
  return stages.flatMap((stage, i) =>
    stages.slice(0, i).flatMap((other) => {
      const both = `stages ${other.stage} and ${stage.stage}`
      const [address, table] = [addressOf(stage), tableArnOf(stage)]
      return [
        ...(stage.name === other.name
          ? [`The ${both} would be one stack, "${stage.name}": give one another name`]
          : []),
        ...(address !== undefined && address === addressOf(other)
          ? [`The ${both} would have one address, ${address}: give one another domainName or domainBasePath`]
          : []),
        ...(table !== undefined && table === tableArnOf(other)
          ? [
              `The ${both} would take over one table, "${stage.tableName}": give one another tableName and tableStreamArn`,
            ]
          : []),
      ]
    }),
  )
}

/** The names of a file's stages. @throws {ConfigError} */
export const stagesOf = (config: unknown): string[] => Object.keys(parseFile(config).stages)

function parseFile(config: unknown): { common: Values; stages: Readonly<Record<string, Values>> } {
  if (!isRecord(config)) {
    throw new ConfigError(['rolecall.config.ts exports no configuration: export default defineConfig({ … })'])
  }
  const { stages = { [DEFAULT_STAGE]: {} }, ...common } = config
  if (!isRecord(stages) || Object.keys(stages).length === 0 || !Object.values(stages).every(isRecord)) {
    throw new ConfigError(['Cannot use stages: settings under the name of each stage, as { prod: {}, staging: {} }'])
  }
  const ofStages = Object.entries(stages).map(([name, own]) => [name, placed(own as object, `stages.${name}`)])
  return { common: placed(common), stages: Object.fromEntries(ofStages) }
}

/** The name of the default stage's stack is the service's alone, so that it stays when other stages come. */
function checkStage(stage: string, given: Values): Checked<Deployment> {
  const { settings, sentences } = check<Deployment>(SETTINGS, given)
  const wrongStage = mistakeOf('stage', { value: stage }, SERVICE_SETTINGS.stage)
  if (wrongStage) return { settings: { ...settings, stage }, sentences: [...sentences, wrongStage] }
  const name = stage === DEFAULT_STAGE ? settings.name : `${settings.name}-${stage}`
  const named = check<Deployment>(SERVICE_SETTINGS, placed({ name, stage }, 'with its stage'))
  const others = [...named.sentences, ...missingFrom(settings, settings.regions)]
  return { settings: { ...settings, name, stage }, sentences: sentences.length > 0 ? sentences : others }
}

const placed = (settings: object, place?: string): Values =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, { value, ...(place && { place }) }]))

function givenBefore(context: (key: string) => unknown, env: NonNullable<Overrides['env']>): Values {
  const entries = Object.entries(SETTINGS).map(([name, { text }]): [string, Given] => {
    const [ofContext, variable] = [context(name), variableOf(name)]
    const value = ofContext ?? env[variable]
    const place = ofContext === undefined ? variable : `-c ${name}`
    return [name, { value: typeof value === 'string' ? fromText(text, value) : value, place }]
  })
  return Object.fromEntries(entries.filter(([, { value }]) => value !== undefined))
}

/** Reads each value by its setting, and all of them together where each is right. */
function check<Settings extends ServiceSettings>(
  table: Readonly<Record<string, Setting<unknown>>>,
  given: Values,
  place: Partial<Deployment> = {},
): Checked<Settings> {
  const known = Object.entries(given).filter(([, { value }]) => value !== undefined)
  const settings = { ...DEFAULTS, ...Object.fromEntries(known.map(([name, { value }]) => [name, value])) } as Settings
  const sentences = known.flatMap(
    ([name, one]) => mistakeOf(name, one, Object.hasOwn(table, name) ? table[name] : undefined) ?? [],
  )
  return { settings, sentences: sentences.length > 0 ? sentences : contradictionsOf({ ...settings, ...place }) }
}

function mistakeOf(name: string, { value, place }: Given, setting: Setting<unknown> | undefined): string | undefined {
  const suffix = place === undefined ? '' : ` (${place})`
  if (!setting) return `There is no setting ${name}${suffix}: docs/deploy.md lists them`
  if (setting.schema.safeParse(value).success) return undefined
  return `Cannot use ${name} ${quote(value)}${suffix}: ${setting.says}`
}

/** As it stands in the file, as far as JSON has words for it. */
function quote(value: unknown): string {
  const isPlain = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
  if (isPlain || isJson(value)) return JSON.stringify(value)
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY })
}

function isJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)
  } catch {
    return false
  }
}

function required<Settings>({ settings, sentences }: Checked<Settings>): Settings {
  if (sentences.length > 0) throw new ConfigError(sentences)
  return settings
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
