import { option, shellWord } from '../console/command-line.ts'
import type { DataPlace } from './credentials.ts'
import { DATA_FOLDER } from './folders.ts'

/**
 * How the CLI is called in the checkout: by its file. npm would find it by its name too, but wherever it does not stand in the
 * checkout it asks a registry for that name, and runs what anybody may have put there.
 */
export const ROLECALL = './rolecall'

type Options = Readonly<Record<string, string | undefined>>

/** The options that have a value, as words. */
export const optionWords = (options: Options): string[] =>
  Object.entries(options).flatMap(([name, value]) => (value ? option(name, value) : []))

/** A command as it is pasted into a shell: `words`, then the options that have a value. */
export const toCommandLine = (words: string, options: Options): string =>
  [words, ...optionWords(options).map(shellWord)].join(' ')

/** What names a local system. The CLI finds the one that has the data folder's data by itself; any other has its address. */
export const optionsOf = (adminUrl: string, { folder, data }: { folder: string; data: DataPlace }) => ({
  url: data === 'folder' ? undefined : adminUrl,
  'data-dir': folder === DATA_FOLDER ? undefined : folder,
})
