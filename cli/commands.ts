import type { Command } from './command.ts'
import { accountCommands } from './commands/account.ts'
import { completionCommand } from './commands/completion.ts'
import { eventHistory } from './commands/event-history.ts'
import { integrationCommands } from './commands/integration.ts'
import { networkPolicyCommands } from './commands/network-policy.ts'
import { provisionerCommands } from './commands/provisioner.ts'
import { resourceCommands } from './commands/resources.ts'
import { tokenCommands } from './commands/token.ts'

const ASKING: readonly Command[] = [
  ...integrationCommands,
  ...tokenCommands,
  ...provisionerCommands,
  ...networkPolicyCommands,
  ...accountCommands,
  eventHistory,
  ...resourceCommands,
]

/** Every command, in the order the help lists them: one line for each group. */
export const COMMANDS: readonly Command[] = [...ASKING, completionCommand(ASKING)]
