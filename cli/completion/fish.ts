import type { Command } from '../command.ts'
import { allFlags } from '../help.ts'
import { groupsOf } from './bash.ts'

const NO_COMMAND = '__fish_use_subcommand'

/** A script for fish: one line for each command, option and list of values, with its help. */
export function fishCompletion(commands: readonly Command[]): string {
  const groups = groupsOf(commands)
  return [
    'complete -c rolecall -f',
    `complete -c rolecall -n ${NO_COMMAND} -l help -d 'show all commands'`,
    `complete -c rolecall -n ${NO_COMMAND} -l version -d 'show the version'`,
    ...(groups.get('') ?? []).map((first) => `complete -c rolecall -n ${NO_COMMAND} -a ${first}`),
    ...commands.map((command) => offerWord(command, groups)),
    ...[...groups].filter(([before]) => before.includes(' ')).map(([before]) => offerGroup(before, groups)),
    ...commands.flatMap(offerOptions),
    '',
  ].join('\n')
}

/** The last word of a command's name, where the ones before it have been typed and none of its neighbours. */
function offerWord(
  { words, summary }: Pick<Command, 'words' | 'summary'>,
  groups: ReadonlyMap<string, string[]>,
): string {
  const all = words.split(' ')
  const before = all.slice(0, -1)
  const siblings = groups.get(before.join(' '))?.join(' ')
  const seen = before.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
  const when = before.length === 0 ? NO_COMMAND : `'${seen}; and not __fish_seen_subcommand_from ${siblings}'`
  return `complete -c rolecall -n ${when} -a ${all.at(-1)} -d ${quoteForFish(summary)}`
}

/** A word that further ones follow, such as the second of `integration oauth show`. */
const offerGroup = (before: string, groups: ReadonlyMap<string, string[]>): string =>
  offerWord({ words: before, summary: `commands: ${groups.get(before)?.join(', ')}` }, groups)

function offerOptions(command: Command): string[] {
  const seen = command.words.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`)
  const here = `complete -c rolecall -n '${seen.join('; and ')}'`
  const operands = command.operands.flatMap(({ choices }) => (choices ? [`${here} -a '${choices.join(' ')}'`] : []))
  const options = Object.entries(allFlags(command)).map(([name, { value, choices, help }]) => {
    const takes = value === undefined ? '' : ` ${value === 'PATH' ? '-r -F' : '-x'}`
    return `${here} -l ${name}${takes}${choices ? ` -a '${choices.join(' ')}'` : ''} -d ${quoteForFish(help)}`
  })
  return [...operands, ...options]
}

const quoteForFish = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`
