const PLAIN = /^[\w@%+=:,./-]+$/

/** A command line that every shell of POSIX reads as these words. */
export const shellLine = (words: readonly string[]): string => words.map(quoteWord).join(' ')

const quoteWord = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/**
 * The words of a command that the service wrote, `rolecall` not among them, nor the account, which is the page's own;
 * undefined where it is none.
 */
export function commandWords(text: string): string[] | undefined {
  const [, line] = /\brolecall ((?:[\w@%+=:,./-]+|'[^']*')(?: (?:[\w@%+=:,./-]+|'[^']*'))*)/.exec(text) ?? []
  const words = line?.match(/'[^']*'|[^ ]+/g)?.map((word) => word.replace(/^'(.*)'$/s, '$1'))
  return words?.filter((word, i) => word !== '--account' && words[i - 1] !== '--account')
}
