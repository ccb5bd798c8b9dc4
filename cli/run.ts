import { parseArgs } from 'node:util'
import * as z from 'zod'
import { toCommandLine } from '../local/command-line.ts'
import { maskSecrets } from '../shared/audit/secrets.ts'
import { openApi } from './api.ts'
import { type Command, type Flag, parseFlags } from './command.ts'
import { COMMANDS } from './commands.ts'
import { Failure, UsageError } from './failure.ts'
import { COMMON_FLAGS, commandHelp, outputFlag, overview } from './help.ts'
import type { OutputFormat } from './output.ts'
import { findTarget } from './target.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command line. @returns the exit code: 0 done, 1 refused or failed, 2 not understood. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.tell(`${maskSecrets(error.message)}\nSee "rolecall ${wordsOf(args)}--help"`)
      return 2
    }
    if (!(error instanceof Failure)) throw error
    terminal.tell(maskSecrets(error.message))
    return 1
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const command = findCommand(args)
  if (command) return carryOut(command, args.slice(command.words.split(' ').length), terminal)
  const [first] = args
  const group = COMMANDS.filter(({ words }) => words.split(' ')[0] === first)
  const asked = args.length === 0 || first === 'help' || args.includes('--help') || args.includes('-h')
  if (!asked) throw new UsageError(toUnknown(args, group))
  const text = overview(group.length > 0 ? group : COMMANDS)
  if (args.length > 0) terminal.print(text)
  else terminal.tell(text)
  return args.length > 0 ? 0 : 2
}

const findCommand = (args: readonly string[]): Command | undefined =>
  COMMANDS.find(({ words }) => words.split(' ').every((word, i) => args[i] === word))

/** What was typed of a command's name, for the hint. */
function wordsOf(args: readonly string[]): string {
  const command = findCommand(args)
  const group = COMMANDS.some(({ words }) => words.startsWith(`${args[0]} `))
  if (command) return `${command.words} `
  return group ? `${args[0]} ` : ''
}

function toUnknown([first, second]: readonly string[], group: readonly Command[]): string {
  if (group.length === 0) return `There is no command "${first}"`
  const names = group.map(({ words }) => words.split(' ')[1]).join(', ')
  return second === undefined || second.startsWith('-')
    ? `"${first}" needs one of: ${names}`
    : `There is no command "${first} ${second}", only: ${names}`
}

async function carryOut(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(command, args)
  if (values.help) {
    terminal.print(commandHelp(command))
    return 0
  }
  checkOperands(command, positionals)
  const { account, output, ...target } = parseFlags(commonFlags(command.outputs), values)
  const work = command.prepare(positionals, values)
  const api = openApi(await findTarget(target, terminal), account)
  const hint = (words: string) => toCommandLine(`rolecall ${words}`, { account, ...target })
  await work({ api, terminal, output, hint })
  return 0
}

/** @throws {UsageError} on an unknown option or one without its value. */
function parse({ flags, outputs }: Command, args: readonly string[]) {
  const all: Record<string, Flag> = { ...flags, ...outputFlag(outputs), ...COMMON_FLAGS }
  const options = Object.fromEntries(
    Object.entries(all).map(([name, { value, multiple }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const), multiple: multiple === true },
    ]),
  )
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause })
  }
}

function checkOperands({ operands, words }: Command, given: readonly string[]): void {
  const missing = operands[given.length]
  if (missing) throw new UsageError(`${missing.name} is missing: ${missing.help}`)
  const surplus = given[operands.length]
  if (surplus !== undefined) throw new UsageError(`"${words}" does not take "${surplus}"`)
}

const commonFlags = (outputs: readonly OutputFormat[]) => {
  const text = z.string().min(1, 'expected a value').optional()
  const formats = outputs.length > 0 ? outputs : (['table'] as const)
  const output = z.enum(formats, { error: `expected ${outputs.join(', ')}` }).default('table')
  return z.object({ account: text, url: text, profile: text, region: text, 'data-dir': text, output })
}
