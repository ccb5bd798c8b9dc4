/**
 * How the CLI is called in the checkout: by its file. npm would find it by its name too, but wherever it does not stand in the
 * checkout it asks a registry for that name, and runs what anybody may have put there.
 */
export const ROLECALL = './rolecall'

/** A command as it is pasted into a shell: `words`, then the options that have a value. */
export function toCommandLine(words: string, options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).flatMap(([name, value]) => (value ? [`--${name} ${shellWord(value)}`] : []))
  return [words, ...given].join(' ')
}

const shellWord = (text: string): string =>
  /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
