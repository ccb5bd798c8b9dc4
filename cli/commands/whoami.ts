import type { WhoAmI } from '../../shared/http/who-am-i.ts'
import { command } from '../command.ts'
import { Failure } from '../failure.ts'
import { showOne } from './object-view.ts'

const WHOAMI_PATH = ['admin', 'whoami']
const HTTP_FORBIDDEN = 403

/** What is signed with whose credentials: for a person who has several. */
export const whoami = command({
  words: 'whoami',
  summary:
    'Show who the service takes you for, which account, how long its events are kept, and whether you may change anything',
  flags: {},
  outputs: ['table', 'json'],
  examples: ['rolecall whoami', 'rolecall whoami --profile audit --output json'],
  run: async (session) => {
    const known = await session.api.call<WhoAmI>({ path: WHOAMI_PATH })
    await showOne(session, {
      ...known,
      mayWrite: await mayWrite(() => session.api.call({ method: 'POST', path: WHOAMI_PATH })),
    })
  },
})

/** The gateway refuses the POST of a principal that may only read. */
async function mayWrite(post: () => Promise<void>): Promise<boolean> {
  try {
    await post()
    return true
  } catch (error) {
    if (error instanceof Failure && error.status === HTTP_FORBIDDEN) return false
    throw error
  }
}
