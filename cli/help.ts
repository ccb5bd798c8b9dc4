import * as z from 'zod'
import { ACCOUNT_RULE, isAccountName } from '../shared/auth/account.ts'
import type { Command, Flag, Operand } from './command.ts'
import { optional, someText } from './flags.ts'
import type { OutputFormat } from './output.ts'

/** Options that choose the service, the account and the caller. */
export const TARGET_FLAGS = {
  account: optional(
    'ACCOUNT',
    'the account (default "default")',
    z.string().refine(isAccountName, { error: `expected ${ACCOUNT_RULE}` }),
  ),
  url: optional('URL', 'a deployed service (default ROLECALL_URL, else the local system)', someText),
  profile: optional('PROFILE', 'the AWS profile to sign with (default: the usual AWS credentials)', someText),
  region: optional('REGION', 'the AWS region (default AWS_REGION, else what the URL says)', someText),
  'data-dir': optional('PATH', 'the data folder of the local system (default .rolecall)', someText),
} as const satisfies Record<string, Flag>

/** Options of every command. */
export const COMMON_FLAGS = {
  ...TARGET_FLAGS,
  help: { help: 'show this', schema: z.boolean().optional() },
} as const satisfies Record<string, Flag>

/** The option of commands that can show their result in several forms. */
export function outputFlag(outputs: readonly OutputFormat[]): Record<string, Flag<z.ZodType<OutputFormat>>> {
  if (outputs.length === 0) return {}
  const [usual = 'table'] = outputs
  const schema = z.enum(outputs, { error: `expected ${outputs.join(', ')}` }).default(usual)
  return {
    output: { value: outputs.join('|'), help: `how to show the result (default ${usual})`, choices: outputs, schema },
  }
}

/** Every option of a command: its own, the output's, the common ones. */
export const allFlags = ({ flags, outputs }: Command): Record<string, Flag> => ({
  ...flags,
  ...outputFlag(outputs),
  ...COMMON_FLAGS,
})

export function commandHelp({ words, summary, operands, flags, outputs, examples }: Command): string {
  const usage = ['rolecall', words, ...operands.map(toUsage), '[options]'].join(' ')
  const own = toRows({ ...flags, ...outputFlag(outputs) })
  const rows = [...operands.map(({ name, help }): Row => [name, help]), ...own]
  return [
    summary,
    `Usage: ${usage}`,
    ...(rows.length > 0 ? [alignRows(rows)] : []),
    `Common options:\n${alignRows(toRows(COMMON_FLAGS))}`,
    `Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`,
  ].join('\n\n')
}

const toUsage = ({ name, mayBeAbsent }: Operand): string => (mayBeAbsent ? `[${name}]` : name)

/** All commands, or those of one group. */
export function overview(commands: readonly Command[]): string {
  return [
    'Rolecall: integrations, tokens, users, roles and the history of every request.',
    'Usage: rolecall COMMAND [options]',
    alignRows(commands.map(({ words, summary }): Row => [words, summary])),
    'Run a command with --help to see its options and examples. It talks to the local system that "npm start" runs,\n' +
      'or to the service named by --url or ROLECALL_URL, signed with your AWS credentials. Of several local systems with\n' +
      'one data folder it is the one that keeps its data there, else the only one; --url names another. --version says\n' +
      'which version this is.\n\n' +
      'Exit codes: 0 done, 1 refused or failed, 2 the command line cannot be understood, 3 a check found something.',
  ].join('\n\n')
}

type Row = [string, string]

const toRows = (flags: Readonly<Record<string, Flag>>): Row[] =>
  Object.entries(flags).map(([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help])

function alignRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
