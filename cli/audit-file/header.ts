/** The names of a file's columns, each once and none empty: `mail`, `mail_2`, `column_3`. */
export function toHeader(cells: readonly string[]): string[] {
  const taken = new Set<string>()
  return cells.map((cell, i) => {
    const name = cell.trim() || `column_${i + 1}`
    let own = name
    for (let n = i + 1; taken.has(own.toLowerCase()); n++) own = `${name}_${n}`
    taken.add(own.toLowerCase())
    return own
  })
}
