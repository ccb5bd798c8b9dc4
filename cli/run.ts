import { parseArgs } from 'node:util'
import { ROLECALL, toCommandLine } from '../local/command-line.ts'
import PACKAGE from '../package.json' with { type: 'json' }
import { maskSecrets } from '../shared/audit/secrets.ts'
import { openApi } from './api.ts'
import { type Command, parseFlags } from './command.ts'
import { COMMANDS } from './commands.ts'
import { groupsOf } from './completion/bash.ts'
import { Failure, UsageError } from './failure.ts'
import { allFlags, commandHelp, outputFlag, overview, TARGET_FLAGS } from './help.ts'
import { findTarget } from './target.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command line. @returns the exit code: 0 done, 1 refused or failed, 2 not understood, or a command's own. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.tell(`${maskSecrets(error.message)}\nSee "${ROLECALL} ${wordsOf(args)}--help"`)
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
  if (first === '--version') return print(terminal, `rolecall ${PACKAGE.version}`)
  const group = COMMANDS.filter(({ words }) => words.split(' ')[0] === first)
  const asked = first === 'help' || args.includes('--help') || args.includes('-h')
  if (args.length > 0 && !asked) throw new UsageError(toUnknown(args))
  const text = overview(group.length > 0 ? group : COMMANDS)
  if (asked) return print(terminal, text)
  terminal.tell(text)
  return 2
}

async function print(terminal: Terminal, text: string): Promise<0> {
  await terminal.write(`${text}\n`)
  return 0
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

function toUnknown(args: readonly string[]): string {
  const groups = groupsOf(COMMANDS)
  const depth = args.findIndex((_, i) => !groups.has(args.slice(0, i + 1).join(' ')))
  const typed = args.slice(0, depth < 0 ? args.length : depth)
  if (typed.length === 0) return `There is no command "${args[0]}"`
  const next = args[typed.length]
  const names = groups.get(typed.join(' '))?.join(', ')
  return next === undefined || next.startsWith('-')
    ? `"${typed.join(' ')}" needs one of: ${names}`
    : `There is no command "${[...typed, next].join(' ')}", only: ${names}`
}

async function carryOut(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals, tokens } = parseLine(command, args)
  if (values.help) return print(terminal, commandHelp(command))
  checkRepeated(command, tokens)
  checkOperands(command, positionals)
  const { account, ...target } = parseFlags(TARGET_FLAGS, values)
  const { output = 'table' } = parseFlags(outputFlag(command.outputs), values)
  const work = command.prepare(positionals, values)
  const connect = async () => openApi(await findTarget(target, terminal), account)
  const hint = (words: string) => toCommandLine(`${ROLECALL} ${words}`, { account, ...target })
  return (await work({ terminal, output, hint, target }, connect)) ?? 0
}

/** @throws {UsageError} on an unknown option or one without its value. */
export function parseLine(command: Command, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(allFlags(command)).map(([name, { value, multiple }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const), multiple: multiple === true },
    ]),
  )
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      tokens: true,
    })
  } catch (cause) {
    throw new UsageError(sayUnread(cause as NodeJS.ErrnoException, Object.keys(options), args), { cause })
  }
}

/** What is wrong with an option, in words of ours: Node's speak of its own notation. */
function sayUnread(
  { code, message }: NodeJS.ErrnoException,
  names: readonly string[],
  args: readonly string[],
): string {
  const [, name = ''] = /(--[\w-]+)/.exec(message) ?? []
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return `${message.split('. ')[0]}${similarOptions(names, args)}`
  if (/does not take/.test(message)) return `${name} takes no value`
  const next = args[args.indexOf(name) + 1]
  if (next === undefined || names.includes(next.slice(2))) return `${name} needs a value`
  return `${name} needs a value: one that begins with a dash is written ${name}=${next}`
}

/** Of two values the last would win, and nobody would see that the first did not. */
function checkRepeated(command: Command, tokens: ReturnType<typeof parseLine>['tokens']): void {
  const flags = allFlags(command)
  const single = tokens.flatMap((token) =>
    token.kind === 'option' && flags[token.name]?.value && !flags[token.name]?.multiple ? [token.name] : [],
  )
  const twice = single.find((name, i) => single.indexOf(name) < i)
  if (twice !== undefined) throw new UsageError(`--${twice} is given twice: give it once`)
}

/** `--allow` is a part of `--allow-add`: whoever typed an unknown option may have meant one that begins like it. */
function similarOptions(names: readonly string[], args: readonly string[]): string {
  const unknown = args.find((arg) => arg.startsWith('--') && !names.includes(arg.slice(2).replace(/=.*$/, '')))
  const stem = unknown?.slice(2).replace(/=.*$/, '')
  const similar = stem ? names.filter((name) => name.startsWith(stem)) : []
  return similar.length === 0 ? '' : `\nThere is ${similar.map((name) => `--${name}`).join(', ')}`
}

function checkOperands({ operands, words }: Command, given: readonly string[]): void {
  const missing = operands[given.length]
  if (missing && !missing.mayBeAbsent) throw new UsageError(`${missing.name} is missing: ${missing.help}`)
  const surplus = given[operands.length]
  if (surplus !== undefined) throw new UsageError(`"${words}" does not take "${surplus}"`)
}
