import { tryAdministration, tryForms } from './checks.ts'
import { clean } from './clean.ts'
import { playConversations, type Verdict } from './conversations.ts'
import type { Service } from './service.ts'
import { tryThrottle } from './throttle.ts'

/** Tries a deployment under names of its own, takes away what it made, and tells each verdict. @returns the faults. */
export async function smoke(service: Service, tell: (line: string) => void): Promise<number> {
  let faults = 0
  const hear = ({ what, fault, skipped }: Verdict) => {
    if (fault !== undefined) faults++
    if (skipped !== undefined) tell(`skip   ${what}: ${skipped}`)
    else tell(fault === undefined ? `ok     ${what}` : `FAULT  ${what}: ${fault}`)
  }
  try {
    for (const part of [playConversations, tryForms, tryAdministration, tryThrottle])
      for await (const verdict of part(service)) hear(verdict)
  } catch (error) {
    hear({ what: 'going on', fault: reasonOf(error) })
  }
  try {
    tell(`${await clean(service)} objects taken away`)
  } catch (error) {
    hear({ what: 'taking away what was made', fault: reasonOf(error) })
  }
  tell(faults === 0 ? 'All is well' : `${faults} faults`)
  return faults
}

/** `fetch failed` says why in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
