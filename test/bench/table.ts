/** A markdown table; numbers are set to the right. */
export function toMarkdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, i) => (rows.every((row) => typeof row[i] === 'number') ? '--:' : '---'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

/** The rows of such a table as texts, each by its column. */
export function fromMarkdown(table: string): Record<string, string>[] {
  const [head = [], , ...rows] = table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  return rows.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i] ?? ''])))
}

/** At most two digits behind the point. */
export const round = (value: number): number => Math.round(value * 100) / 100

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
