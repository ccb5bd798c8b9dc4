/** The first letters of the first and the last word of a name, at most two: `AE`. */
export function initialsOf(name: string): string {
  const words = name.replace(/@.*$/s, '').match(/[\p{L}\p{N}]+/gu) ?? []
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words
  return chosen
    .map((word = '') => [...word][0] ?? '')
    .join('')
    .toUpperCase()
}
