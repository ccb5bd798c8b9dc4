/**
 * A pattern of names as SQL's LIKE has it: `%` stands for any letters or none, `_` for one, in any letter case. In time
 * at most proportional to the product of both lengths, whatever the pattern.
 */
export function toLike(pattern: string): (text: string) => boolean {
  const wanted = [...pattern.toUpperCase()]
  return (text) => matches(wanted, [...text.toUpperCase()])
}

/** Of several `%` only the last one met is ever widened: what stands before it is matched as early as it can be. */
function matches(wanted: readonly string[], text: readonly string[]): boolean {
  let [at, widenedAt, widenedTo] = [0, -1, 0]
  for (let i = 0; i < text.length; ) {
    const letter = wanted[at]
    if (letter === '%') {
      widenedAt = at++
      widenedTo = i
    } else if (letter === '_' || letter === text[i]) {
      at++
      i++
    } else {
      if (widenedAt < 0) return false
      at = widenedAt + 1
      i = ++widenedTo
    }
  }
  return wanted.slice(at).every((letter) => letter === '%')
}
