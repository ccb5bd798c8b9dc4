import type { Command } from './command.ts'
import { check } from './commands/check.ts'
import { completionCommand } from './commands/completion.ts'
import { drift } from './commands/drift.ts'
import { eventHistory } from './commands/event-history.ts'
import { integrationCommands } from './commands/integration.ts'
import { oauthCommands } from './commands/oauth.ts'
import { resourceCommands } from './commands/resources.ts'
import { setup } from './commands/setup.ts'
import { tokenCommands } from './commands/token.ts'

const ASKING: readonly Command[] = [
  setup,
  check,
  ...integrationCommands,
  ...oauthCommands,
  ...tokenCommands,
  eventHistory,
  ...resourceCommands,
  drift,
]

/** Every command, in the order the help lists them: one line for each group. */
export const COMMANDS: readonly Command[] = [...ASKING, completionCommand(ASKING)]
