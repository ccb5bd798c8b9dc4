import type { Command } from './command.ts'
import { eventCommands } from './commands/event-history.ts'
import { integrationCommands } from './commands/integration.ts'
import { resourceCommands } from './commands/resources.ts'
import { tokenCommands } from './commands/token.ts'

/** Every command, in the order the help lists them: one line for each group. */
export const COMMANDS: readonly Command[] = [
  ...integrationCommands,
  ...tokenCommands,
  ...eventCommands,
  ...resourceCommands,
]
