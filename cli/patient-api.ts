import type { Api } from './api.ts'
import { Failure } from './failure.ts'
import { pauseOf } from './follow.ts'
import type { Terminal } from './terminal.ts'

/** Times one question is asked again, for a minute and a half in all. */
const MAX_RETRIES = 6

/**
 * The service for long work that only reads: a question that fails for a passing reason is asked again, so that a busy
 * moment does not take away what an hour has brought.
 */
export const patientApi = (api: Api, terminal: Terminal, signal: AbortSignal): Api => ({
  ...api,
  call: async (call) => {
    for (let failures = 0; ; failures++) {
      try {
        return await api.call(call)
      } catch (error) {
        const isPassing = error instanceof Failure && error.isPassing
        if (!isPassing || signal.aborted || failures >= MAX_RETRIES) throw error
        await terminal.pause(pauseOf(failures), signal)
      }
    }
  },
})
