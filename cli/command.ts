import type * as z from 'zod'
import type { Api } from './api.ts'
import { UsageError } from './failure.ts'
import type { OutputFormat } from './output.ts'
import type { TargetFlags } from './target.ts'
import type { Terminal } from './terminal.ts'

/** One option, whole: as the help shows it, as shells complete it, and what it may be. */
export interface Flag<Schema extends z.ZodType = z.ZodType> {
  /** The word for what it takes; an option without one is a switch. */
  value?: string
  help: string
  /** May be given several times. */
  multiple?: true
  /** All it may be, where that can be listed. */
  choices?: readonly string[]
  schema: Schema
}

type Flags = Readonly<Record<string, Flag>>
/** What the options of a command are once they are read. */
export type FlagValues<Own extends Flags> = { [Name in keyof Own]: z.output<Own[Name]['schema']> }

/** What every command's work needs. */
export interface BaseSession {
  terminal: Terminal
  output: OutputFormat
  /** A command line to try next: these words, with the options that chose service, account and credentials. */
  hint(words: string): string
  /** What names the service, for commands that reach its table by themselves. */
  target: TargetFlags
}

/** What the work of a command that asks the service needs. */
export interface Session extends BaseSession {
  api: Api
}

/** A command: `words` as they are typed, then operands, then options. */
export interface Command {
  words: string
  summary: string
  /** All of them must be given, but for a last one that need not. */
  operands: readonly Operand[]
  flags: Flags
  outputs: readonly OutputFormat[]
  examples: readonly string[]
  /** Reads the options; nothing has been sent yet. @throws {UsageError} */
  prepare(
    operands: readonly string[],
    values: Values,
  ): (base: BaseSession, connect: () => Promise<Api>) => Promise<ExitCode>
}

/** What a script may branch on, other than 0 for done; what is refused or not understood is thrown. */
export type ExitCode = number | undefined

export interface Operand {
  name: string
  help: string
  choices?: readonly string[]
  mayBeAbsent?: true
}

type Values = Readonly<Record<string, unknown>>

interface CommandParts<Own extends Flags> extends Omit<Command, 'prepare' | 'operands' | 'outputs' | 'flags'> {
  operands?: readonly Operand[]
  outputs?: readonly OutputFormat[]
  flags: Own
  /** Refuses operands, and options that contradict each other. @throws {UsageError} */
  check?(values: FlagValues<Own>, ...operands: string[]): void
}

export interface CommandSpec<Own extends Flags> extends CommandParts<Own> {
  run(session: Session, values: FlagValues<Own>, ...operands: string[]): Promise<ExitCode>
}

export interface OfflineSpec<Own extends Flags> extends CommandParts<Own> {
  run(session: BaseSession, values: FlagValues<Own>, ...operands: string[]): Promise<ExitCode>
}

/** A command that asks the service. */
export const command = <const Own extends Flags>({ run, ...parts }: CommandSpec<Own>): Command =>
  joinParts(
    parts,
    (values, operands) => async (base, connect) => run({ ...base, api: await connect() }, values, ...operands),
  )

/** A command that needs neither service nor credentials. */
export const offlineCommand = <const Own extends Flags>({ run, ...parts }: OfflineSpec<Own>): Command =>
  joinParts(parts, (values, operands) => async (base) => (await run(base, values, ...operands)) ?? 0)

function joinParts<Own extends Flags>(
  { operands = [], outputs = ['table', 'json', 'csv'], check, ...rest }: CommandParts<Own>,
  toWork: (values: FlagValues<Own>, operands: readonly string[]) => ReturnType<Command['prepare']>,
): Command {
  return {
    ...{ ...rest, operands, outputs },
    prepare: (given, source) => {
      const values = parseFlags(rest.flags, source)
      check?.(values, ...given)
      return toWork(values, given)
    },
  }
}

/** Reads each option by its own schema. @throws {UsageError} naming the option and what it takes. */
export function parseFlags<Own extends Flags>(flags: Own, source: Values): FlagValues<Own> {
  const entries = Object.entries(flags).map(([name, { schema }]) => [name, parseFlag(name, schema, source[name])])
  return Object.fromEntries(entries) as FlagValues<Own>
}

function parseFlag(name: string, schema: z.ZodType, value: unknown): unknown {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const found = issue?.path.reduce<unknown>((held, key) => (held as Record<PropertyKey, unknown>)[key], value)
  const given = found === undefined ? '' : ` ${JSON.stringify(found)}`
  throw new UsageError(`--${name}${given}: ${issue?.message}`)
}
