import { type Console, createConsole } from '../console/server/console.ts'
import { optionsOf, optionWords, ROLECALL } from './command-line.ts'
import { DATA_FOLDER } from './folders.ts'
import { writeFailure } from './gateway/request-handler.ts'
import type { System, SystemOptions } from './system.ts'

/** The console of the local system. Its link is good for as long as the system runs: who has the terminal has the key too. */
export function localConsole(
  url: string,
  { region, ...credentials }: System['credentials'],
  {
    logFailure = writeFailure,
    place = { folder: DATA_FOLDER, data: 'folder' },
  }: Pick<SystemOptions, 'logFailure' | 'place'>,
): Console {
  return createConsole({
    ...{ url, readOnly: false, command: ROLECALL },
    commandOptions: optionWords(optionsOf(url, place)),
    upstream: { url, region, credentials: async () => credentials },
    link: { once: false },
    howToOpen: 'open the address that npm start printed behind "Console:"',
    logFailure: (failure) => logFailure(failure, 'console'),
  })
}
