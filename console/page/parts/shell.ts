/**
 * The words of a command that the service wrote, `rolecall` not among them, nor the account, which is the page's own;
 * undefined where it is none.
 */
export function commandWords(text: string): string[] | undefined {
  const [, line] = /\brolecall ((?:[\w@%+=:,./-]+|'[^']*')(?: (?:[\w@%+=:,./-]+|'[^']*'))*)/.exec(text) ?? []
  const words = line?.match(/'[^']*'|[^ ]+/g)?.map((word) => word.replace(/^'(.*)'$/s, '$1'))
  return words?.filter((word, i) => word !== '--account' && words[i - 1] !== '--account')
}
