const PLAIN = /^[\w@%+=:,./-]+$/

/** A word as every shell of POSIX reads it back. */
export const shellWord = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

const isDashed = (word: string): boolean => word.startsWith('-')

/** An option and its value: one word where the value would be taken for an option itself. */
export const option = (name: string, value: string): string[] =>
  isDashed(value) ? [`--${name}=${value}`] : [`--${name}`, value]

/**
 * A command line of the CLI: `words`, operands behind `--`, then `options`. Operands come before all options, as people
 * write it, unless one begins with a dash: then they end the line, behind the `--`.
 */
export function commandLine(words: readonly string[], options: readonly string[] = []): string {
  const end = words.indexOf('--')
  const operands = end < 0 ? [] : words.slice(end + 1)
  const others = end < 0 ? words : words.slice(0, end)
  const firstOption = others.findIndex(isDashed)
  const name = firstOption < 0 ? others : others.slice(0, firstOption)
  const given = [...others.slice(name.length), ...options]
  const ordered = operands.some(isDashed) ? [...name, ...given, '--', ...operands] : [...name, ...operands, ...given]
  return ordered.map(shellWord).join(' ')
}
