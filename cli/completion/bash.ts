import type { Command } from '../command.ts'
import { allFlags } from '../help.ts'

/** A script for bash: candidates by the words before the cursor, files where an option takes a path. */
export const bashCompletion = (commands: readonly Command[]): string => `_rolecall() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} candidates="" files=0
  if [ "$COMP_CWORD" = 1 ]; then
    candidates="${(groupsOf(commands).get('') ?? []).join(' ')} --help --version"
  else
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]} \${COMP_WORDS[3]} " in
${[...commands.map(toCase), ...[...groupsOf(commands)].toReversed().flatMap(toGroupCase)].join('\n')}
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
  return `      "${command.words} "*) case "$prev" in
        ${[...values, `*) candidates="${anywhere}" ;;`].join('\n        ')}
        esac ;;`
}

const toGroupCase = ([before, next]: [string, string[]]): string[] => {
  if (before === '') return []
  const at = before.split(' ').length + 1
  return [`      "${before} "*) [ "$COMP_CWORD" = ${at} ] && candidates="${next.join(' ')} --help" ;;`]
}

/** The words that may follow each beginning of a command; the first words follow none. */
export function groupsOf(commands: readonly Command[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { words } of commands) {
    const all = words.split(' ')
    for (const [i, word] of all.entries()) {
      const before = all.slice(0, i).join(' ')
      const known = groups.get(before) ?? []
      if (!known.includes(word)) groups.set(before, [...known, word])
    }
  }
  return groups
}
