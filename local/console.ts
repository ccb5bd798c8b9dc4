import { type Console, createConsole } from '../console/server/console.ts'
import { ROLECALL } from './command-line.ts'
import type { GatewayOptions } from './gateway/gateway.ts'
import { writeFailure } from './gateway/request-handler.ts'
import type { System } from './system.ts'

/** The console of the local system. Its link is good for as long as the system runs: who has the terminal has the key too. */
export function localConsole(
  url: string,
  { region, ...credentials }: System['credentials'],
  logFailure: GatewayOptions['logFailure'] = writeFailure,
): Console {
  return createConsole({
    ...{ url, readOnly: false, command: ROLECALL },
    upstream: { url, region, credentials: async () => credentials },
    link: { once: false },
    howToOpen: 'open the address that npm start printed behind "Console:"',
    logFailure: (failure) => logFailure(failure, 'console'),
  })
}
