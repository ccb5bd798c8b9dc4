import type { Command } from './command.ts'
import { completionCommand } from './commands/completion.ts'
import { eventHistory } from './commands/event-history.ts'
import { integrationCommands } from './commands/integration.ts'
import { resourceCommands } from './commands/resources.ts'
import { tokenCommands } from './commands/token.ts'
import { undoCommands } from './commands/undo.ts'

const ASKING: readonly Command[] = [
  ...integrationCommands,
  ...tokenCommands,
  eventHistory,
  ...resourceCommands,
  ...undoCommands,
]

/** Every command, in the order the help lists them: one line for each group. */
export const COMMANDS: readonly Command[] = [...ASKING, completionCommand(ASKING)]
