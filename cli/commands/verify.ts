import { EXIT_TO_DO } from '../check/finding.ts'
import { command } from '../command.ts'
import { checkInvariants, showInvariants } from '../invariants.ts'
import { EXIT_INTERRUPTED } from '../steps.ts'

/** The nightly check of one account, now. */
export const verify = command({
  words: 'verify',
  summary: 'Look at every object, name and membership for what may never be; exit with 3 where there is anything',
  flags: {},
  examples: ['rolecall verify', 'rolecall verify --output json'],
  run: async (session) => {
    const found = await checkInvariants(session)
    await showInvariants(session, found)
    if (found.isCut) return EXIT_INTERRUPTED
    return found.violations.length > 0 ? EXIT_TO_DO : 0
  },
})
