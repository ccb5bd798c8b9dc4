import type { Command } from './command.ts'
import { accountCommands } from './commands/account.ts'
import { auditVerify } from './commands/audit-verify.ts'
import { byHandCommands } from './commands/by-hand.ts'
import { changesCommand } from './commands/changes.ts'
import { check } from './commands/check.ts'
import { completionCommand } from './commands/completion.ts'
import { consoleCommand } from './commands/console.ts'
import { drift } from './commands/drift.ts'
import { eventCommands } from './commands/event.ts'
import { eventHistory } from './commands/event-history.ts'
import { exportCommand } from './commands/export.ts'
import { failoverCommands } from './commands/failover.ts'
import { grantCommands } from './commands/grants.ts'
import { health } from './commands/health.ts'
import { historyCommands } from './commands/history.ts'
import { integrationCommands } from './commands/integration/commands.ts'
import { membershipCommands } from './commands/memberships.ts'
import { networkPolicyCommands } from './commands/network-policy.ts'
import { oauthCommands } from './commands/oauth.ts'
import { ownershipCommands } from './commands/ownership.ts'
import { provisionerCommands } from './commands/provisioner.ts'
import { resourceCommands } from './commands/resources.ts'
import { restoreCommands } from './commands/restore.ts'
import { setup } from './commands/setup.ts'
import { sqlCommand } from './commands/sql.ts'
import { tokenCommands } from './commands/token.ts'
import { undoCommands } from './commands/undo.ts'
import { verify } from './commands/verify.ts'
import { whoami } from './commands/whoami.ts'

const ASKING: readonly Command[] = [
  setup,
  check,
  health,
  verify,
  whoami,
  ...integrationCommands,
  ...oauthCommands,
  ...tokenCommands,
  ...provisionerCommands,
  ...networkPolicyCommands,
  ...accountCommands,
  eventHistory,
  ...eventCommands,
  changesCommand,
  auditVerify,
  exportCommand,
  sqlCommand,
  ...resourceCommands,
  ...membershipCommands,
  ...historyCommands,
  ...byHandCommands,
  ...grantCommands,
  ...ownershipCommands,
  ...undoCommands,
  ...restoreCommands,
  ...failoverCommands,
  drift,
  consoleCommand,
]

/** Every command, in the order the help lists them: one line for each group. */
export const COMMANDS: readonly Command[] = [...ASKING, completionCommand(ASKING)]
