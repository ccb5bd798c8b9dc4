/** A command as it is pasted into a shell: `words`, then the options that have a value. */
export function toCommandLine(words: string, options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).flatMap(([name, value]) => (value ? [`--${name} ${shellWord(value)}`] : []))
  return [words, ...given].join(' ')
}

const shellWord = (text: string): string =>
  /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
