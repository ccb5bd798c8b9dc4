import * as z from 'zod'
import type { Api } from './api.ts'
import { UsageError } from './failure.ts'
import type { OutputFormat } from './output.ts'
import type { Terminal } from './terminal.ts'

/** One option as the help shows it; `value` is the word for what it takes, and an option without one is a switch. */
export interface Flag {
  value?: string
  help: string
  /** May be given several times. */
  multiple?: true
}

/** What a command's work needs. */
export interface Session {
  api: Api
  terminal: Terminal
  output: OutputFormat
  /** Another command as it is typed to reach the same service and account: for hints. */
  hint(words: string): string
}

/** A command: `words` as they are typed, then operands, then options. */
export interface Command {
  words: string
  summary: string
  /** All of them must be given. */
  operands: readonly { name: string; help: string }[]
  flags: Readonly<Record<string, Flag>>
  outputs: readonly OutputFormat[]
  examples: readonly string[]
  /** Reads the options; nothing has been sent yet. @throws {UsageError} */
  prepare(operands: readonly string[], values: Readonly<Record<string, unknown>>): (session: Session) => Promise<void>
}

export interface CommandSpec<Schema extends z.ZodType> extends Omit<Command, 'prepare' | 'operands' | 'outputs'> {
  operands?: Command['operands']
  outputs?: readonly OutputFormat[]
  schema: Schema
  run(session: Session, flags: z.output<Schema>, ...operands: string[]): Promise<void>
}

/** Joins a command's parts: its options are read by its schema before it runs. */
export function command<Schema extends z.ZodType>(spec: CommandSpec<Schema>): Command {
  const { schema, run, operands = [], outputs = ['table', 'json', 'csv'], ...rest } = spec
  return {
    ...{ ...rest, operands, outputs },
    prepare: (given, values) => {
      const flags = parseFlags(schema, values)
      return (session) => run(session, flags, ...given)
    },
  }
}

/** @throws {UsageError} naming the option and what it takes. */
export function parseFlags<Schema extends z.ZodType>(schema: Schema, values: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(values)
  if (success) return data
  const [issue] = error.issues
  const name = String(issue?.path[0] ?? '')
  const value = (values as Record<string, unknown>)[name]
  const given = value === undefined ? '' : ` ${JSON.stringify(value)}`
  throw new UsageError(`--${name}${given}: ${issue?.message}`)
}

/** `true` or `false`, written out. */
export const truth = z.enum(['true', 'false'], { error: 'expected true or false' }).transform((text) => text === 'true')

/** A whole number within bounds, both included. */
export const wholeNumber = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }))
}
