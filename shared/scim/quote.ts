const MAX_QUOTED = 80

/** A client's value as error details show it: JSON, at most some 80 characters, never half a character. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? shorten(value) : shorten(describe(value))
  return typeof value === 'string' ? JSON.stringify(text) : text
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

function shorten(text: string): string {
  return text.length <= MAX_QUOTED
    ? text
    : `${text
        .slice(0, MAX_QUOTED)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}...`
}
