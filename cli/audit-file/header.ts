/** The names of a file's columns, each once and none empty: `mail`, `mail_2`, `column_3`. */
export function toHeader(cells: readonly string[]): string[] {
  const taken = new Set<string>()
  return cells.map((cell, i) => {
    const name = cell.trim() || `column_${i + 1}`
    const isTaken = taken.has(name.toLowerCase())
    const own = isTaken ? `${name}_${i + 1}` : name
    taken.add(own.toLowerCase())
    return own
  })
}
