import type { Command, Flag } from './command.ts'
import type { OutputFormat } from './output.ts'

/** Options of every command: which service, which account, whose credentials. */
export const COMMON_FLAGS = {
  account: { value: 'ACCOUNT', help: 'the account (default "default")' },
  url: { value: 'URL', help: 'a deployed service (default ROLECALL_URL, else the local system)' },
  profile: { value: 'PROFILE', help: 'the AWS profile to sign with (default: the usual AWS credentials)' },
  region: { value: 'REGION', help: 'the AWS region (default AWS_REGION, else what the URL says)' },
  'data-dir': { value: 'PATH', help: 'the data folder of the local system (default .rolecall)' },
  help: { help: 'show this' },
} as const satisfies Record<string, Flag>

/** The option of commands that can show their result in several forms. */
export const outputFlag = (outputs: readonly OutputFormat[]): Record<string, Flag> =>
  outputs.length === 0 ? {} : { output: { value: outputs.join('|'), help: 'how to show the result (default table)' } }

export function commandHelp({ words, summary, operands, flags, outputs, examples }: Command): string {
  const usage = ['rolecall', words, ...operands.map(({ name }) => name), '[options]'].join(' ')
  const own = toRows({ ...flags, ...outputFlag(outputs) })
  const rows = [...operands.map(({ name, help }): Row => [name, help]), ...own]
  return [
    summary,
    `Usage: ${usage}`,
    ...(rows.length > 0 ? [align(rows)] : []),
    `Common options:\n${align(toRows(COMMON_FLAGS))}`,
    `Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`,
  ].join('\n\n')
}

/** All commands, or those of one group. */
export function overview(commands: readonly Command[]): string {
  return [
    'Rolecall: integrations, tokens, users, roles and the history of every request.',
    'Usage: rolecall COMMAND [options]',
    align(commands.map(({ words, summary }): Row => [words, summary])),
    'Run a command with --help to see its options and examples. It talks to the local system that "npm start" runs,\n' +
      'or to the service named by --url or ROLECALL_URL, signed with your AWS credentials. Of several local systems with\n' +
      'one data folder it is the one that keeps its data there, else the only one; --url names another.\n\n' +
      'Exit codes: 0 done, 1 refused or failed, 2 the command line cannot be understood.',
  ].join('\n\n')
}

type Row = [string, string]

const toRows = (flags: Readonly<Record<string, Flag>>): Row[] =>
  Object.entries(flags).map(([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help])

function align(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
