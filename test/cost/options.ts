import { parseArgs } from 'node:util'
import { AUTHORIZER_CACHE_SECONDS } from '../../shared/auth/authorizer-cache.ts'
import { DEFAULTS, type Settings, SIZES, type Size } from './settings.ts'

/** What `npm run cost -- ...` was asked for. */
export interface Options {
  size: Size
  settings: Settings
  /** Writes the tables of docs/cost.md, and estimates nothing else. */
  write: boolean
  help: boolean
}

/** The command line cannot be understood: exit code 2. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

type NumbersOf<T> = { [Name in keyof T as T[Name] extends number ? Name : never]: T[Name] }
interface NumberOption<Name> {
  of: Name
  least: number
  most: number
  about: string
}
interface FlagOption {
  set: Partial<Settings>
  about: string
}

const BILLION = 1_000_000_000

const SIZE_OPTIONS = {
  users: { of: 'users', least: 1, most: 10_000_000, about: 'users that are kept' },
  'requests-per-day': {
    of: 'requestsPerDay',
    least: 1,
    most: BILLION,
    about: 'of all identity providers; 4 for each user',
  },
  integrations: { of: 'integrations', least: 1, most: 1000, about: 'identity providers that share these requests' },
  'questions-per-day': {
    of: 'questionsPerDay',
    least: 0,
    most: BILLION,
    about: 'pages of the event history that auditors read',
  },
  'console-hours-per-day': {
    of: 'consoleHoursPerDay',
    least: 0,
    most: 10_000,
    about: 'in which a console stands open and follows the events',
  },
  followers: { of: 'followers', least: 0, most: 1000, about: 'applications that follow the changes day and night' },
} as const satisfies Record<string, NumberOption<keyof Size>>

const SETTING_OPTIONS = {
  'memory-mb': { of: 'memoryMb', least: 256, most: 10_240, about: 'of each function' },
  'authorizer-cache-seconds': {
    of: 'authorizerCacheSeconds',
    least: 0,
    most: AUTHORIZER_CACHE_SECONDS,
    about: '0 asks the authorizer each time',
  },
  'event-retention-days': { of: 'eventRetentionDays', least: 1, most: 9999, about: 'how long events are kept' },
  'archive-retention-days': {
    of: 'archiveRetentionDays',
    least: 120,
    most: 36_500,
    about: 'how long the archive keeps them',
  },
  'allowed-range-kinds': {
    of: 'allowedRangeKinds',
    least: 0,
    most: 2,
    about: 'kinds of address in allowedRanges, a rule of the firewall each',
  },
  regions: { of: 'regions', least: 1, most: 2, about: '2 where a second one takes over' },
  'log-retention-days': { of: 'logRetentionDays', least: 1, most: 3653, about: 'how long log lines are kept' },
} as const satisfies Record<string, NumberOption<keyof NumbersOf<Settings>>>

const FLAG_OPTIONS = {
  'customer-key': { set: { customerKey: true }, about: 'the table is encrypted by a key of your own' },
  firewall: { set: { firewall: true }, about: 'a web ACL stands before the API' },
  archive: { set: { archive: true }, about: 'events go to S3 too' },
  'change-events': { set: { changeEvents: true }, about: 'each change is published on EventBridge' },
  'no-digests': { set: { auditDigests: false }, about: 'the history gets no digests' },
  domain: { set: { domain: true }, about: 'a domain of your own, with a hosted zone' },
  'method-metrics': { set: { methodMetrics: true }, about: 'the gateway has metrics of each method' },
  'metrics-by-integration': { set: { metricsByIntegration: true }, about: 'each integration has metrics of its own' },
  tracing: { set: { tracing: true }, about: 'X-Ray records traces' },
  'alarm-target': { set: { alarmsTold: true }, about: 'somebody is told of alarms' },
} as const satisfies Record<string, FlagOption>

const NUMBERS = { ...SIZE_OPTIONS, ...SETTING_OPTIONS }
const isNumber = (name: string): name is keyof typeof NUMBERS => Object.hasOwn(NUMBERS, name)
const isFlag = (name: string): name is keyof typeof FLAG_OPTIONS => Object.hasOwn(FLAG_OPTIONS, name)
const isMode = (name: string): name is 'write' | 'help' => name === 'write' || name === 'help'

const started: Record<string, number | boolean> = { ...SIZES.middle, ...DEFAULTS }
const linesOf = (options: Record<string, { about: string; of?: string }>) =>
  Object.entries(options).map(([name, { about, of }]) => {
    const start = of && name !== 'requests-per-day' ? ` (default ${started[of]})` : ''
    return `  ${`--${name}${of ? ' N' : ''}`.padEnd(29)}${about}${start}`
  })

export const USAGE = `Says what a deployment costs in a month, by AWS's list prices and the units that npm run bench measured.

Usage: npm run cost -- [options]

${linesOf(SIZE_OPTIONS).join('\n')}

${linesOf(SETTING_OPTIONS).join('\n')}
${linesOf(FLAG_OPTIONS).join('\n')}

  --write                      write the tables of docs/cost.md
  --help                       show this

Exit codes: 0 said, 2 the command line cannot be understood.
`

/** Reads the command line. @throws {OptionError} naming the option and what it takes. */
export function parseOptions(args: readonly string[]): Options {
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true, options: stringOptions() })
  const numbers: Partial<Record<keyof typeof NUMBERS, number>> = {}
  let settings = DEFAULTS
  const modes = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'positional') throw unknown(token.value)
    if (token.kind === 'option-terminator') continue
    const { name, value } = token
    if (isNumber(name)) numbers[name] = parseNumber(name, value)
    else if (value !== undefined) throw new OptionError(`Cannot use --${name} "${value}": it takes no value`)
    else if (isFlag(name)) settings = { ...settings, ...FLAG_OPTIONS[name].set }
    else if (isMode(name)) modes.add(name)
    else throw unknown(token.rawName)
  }
  if (modes.has('write') && tokens.length > 1) {
    throw new OptionError('Cannot use --write with other options: docs/cost.md shows sizes of its own')
  }
  return {
    size: toSize(numbers),
    settings: { ...settings, ...pick(SETTING_OPTIONS, numbers) },
    ...{ write: modes.has('write'), help: modes.has('help') },
  }
}

/** All but the flags have a value; without this it would be read as a word of its own. */
const stringOptions = () =>
  Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, { type: 'string' as const, multiple: true }]))

const unknown = (word: string) => new OptionError(`Cannot use "${word}": npm run cost -- --help shows every option`)

function parseNumber(name: keyof typeof NUMBERS, text: string | undefined): number {
  const { least, most } = NUMBERS[name]
  const number = /^\d{1,10}$/.test(text ?? '') ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new OptionError(`Cannot use --${name} "${text ?? ''}": a whole number from ${least} to ${most}`)
}

function toSize(numbers: Partial<Record<string, number>>): Size {
  const size = { ...SIZES.middle, ...pick(SIZE_OPTIONS, numbers) }
  return numbers['requests-per-day'] === undefined ? { ...size, requestsPerDay: REQUESTS_OF_USER * size.users } : size
}

/** An identity provider that compares everybody some four times a day. */
const REQUESTS_OF_USER = SIZES.middle.requestsPerDay / SIZES.middle.users

const pick = <Name extends string>(
  options: Record<string, NumberOption<Name>>,
  numbers: Partial<Record<string, number>>,
) =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, { of }]) => (numbers[name] === undefined ? [] : [[of, numbers[name]]])),
  ) as Partial<Record<Name, number>>
