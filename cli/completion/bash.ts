import type { Command } from '../command.ts'
import { allFlags } from '../help.ts'

/** A script for bash: candidates by the words before the cursor, files where an option takes a path. */
export const bashCompletion = (commands: readonly Command[]): string => `_rolecall() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} candidates="" files=0
  if [ "$COMP_CWORD" = 1 ]; then
    candidates="${[...groupsOf(commands).keys()].join(' ')} --help --version"
  else
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${[...commands.map(toCase), ...groupsOf(commands).entries().flatMap(toGroupCase)].join('\n')}
    esac
  fi
  if [ "$files" = 1 ]; then COMPREPLY=($(compgen -f -- "$cur"))
  else COMPREPLY=($(compgen -W "$candidates" -- "$cur")); fi
}
complete -F _rolecall rolecall
`

/** Options of a command and its operand's values; behind an option, that option's values. */
function toCase(command: Command): string {
  const flags = Object.entries(allFlags(command))
  const operands = command.operands.flatMap(({ choices = [] }) => choices)
  const values = flags.flatMap(([name, { value, choices = [] }]) => {
    if (value === undefined) return []
    return [`--${name}) ${value === 'PATH' ? 'files=1' : `candidates="${choices.join(' ')}"`} ;;`]
  })
  const anywhere = [...operands, ...flags.map(([name]) => `--${name}`)].join(' ')
  return `      ${command.words.includes(' ') ? `"${command.words}"` : `"${command.words} "*`}) case "$prev" in
        ${[...values, `*) candidates="${anywhere}" ;;`].join('\n        ')}
        esac ;;`
}

const toGroupCase = ([first, seconds]: [string, string[]]): string[] =>
  seconds.length === 0
    ? []
    : [`      "${first} "*) [ "$COMP_CWORD" = 2 ] && candidates="${seconds.join(' ')} --help" ;;`]

/** First words, each with the second words it needs. */
export function groupsOf(commands: readonly Command[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { words } of commands) {
    const [first = '', ...second] = words.split(' ')
    groups.set(first, [...(groups.get(first) ?? []), ...second])
  }
  return groups
}
