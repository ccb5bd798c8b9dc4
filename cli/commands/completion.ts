import { type Command, offlineCommand } from '../command.ts'
import { bashCompletion } from '../completion/bash.ts'
import { fishCompletion } from '../completion/fish.ts'
import { UsageError } from '../failure.ts'

/** What makes each shell's script of all commands; zsh takes the one of bash. */
const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: bashCompletion,
  zsh: (commands) => `autoload -U +X compinit bashcompinit && compinit && bashcompinit\n${bashCompletion(commands)}`,
  fish: fishCompletion,
}
const NAMES = Object.keys(SHELLS)

/** The command that prints completion scripts of the other commands and of itself. */
export function completionCommand(others: readonly Command[]): Command {
  const itself: Command = offlineCommand({
    words: 'completion',
    summary: 'Print a script with which a shell completes commands, options and their values',
    operands: [{ name: 'SHELL', help: NAMES.join(', '), choices: NAMES }],
    outputs: [],
    flags: {},
    examples: [
      'source <(rolecall completion bash)',
      'source <(rolecall completion zsh)',
      'rolecall completion fish | source',
    ],
    check: (_values, shell = '') => {
      if (!NAMES.includes(shell)) throw new UsageError(`SHELL "${shell}": expected one of ${NAMES.join(', ')}`)
    },
    run: async ({ terminal }, _values, shell = '') => {
      await terminal.write(SHELLS[shell]?.([...others, itself]) ?? '')
      return 0
    },
  })
  return itself
}
