import type { Command } from './command.ts'
import { changesCommand } from './commands/changes.ts'
import { completionCommand } from './commands/completion.ts'
import { eventHistory } from './commands/event-history.ts'
import { exportCommand } from './commands/export.ts'
import { integrationCommands } from './commands/integration.ts'
import { resourceCommands } from './commands/resources.ts'
import { sqlCommand } from './commands/sql.ts'
import { tokenCommands } from './commands/token.ts'

const ASKING: readonly Command[] = [
  ...integrationCommands,
  ...tokenCommands,
  eventHistory,
  changesCommand,
  exportCommand,
  sqlCommand,
  ...resourceCommands,
]

/** Every command, in the order the help lists them: one line for each group. */
export const COMMANDS: readonly Command[] = [...ASKING, completionCommand(ASKING)]
