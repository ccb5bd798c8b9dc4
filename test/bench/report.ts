import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, '../../docs/performance.md')

/** Tables of the page, by the names that it gives them. */
export type Tables = Readonly<Record<string, string>>

/** Prints the tables; with `--write` they take the place of those of docs/performance.md. */
export function report(tables: Tables): void {
  for (const [name, table] of Object.entries(tables)) process.stdout.write(`${name}\n\n${table}\n\n`)
  if (process.argv.includes('--write')) writeFileSync(PAGE, fillIn(readFileSync(PAGE, 'utf8'), tables))
}

/**
 * A page with these tables between `<!-- table: name -->` and `<!-- end -->`, and nothing else changed.
 * @throws {Error} where the page has no place for one of them.
 */
export const fillIn = (page: string, tables: Tables): string =>
  Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- table: ${name} -->`, '<!-- end -->']
    const from = text.indexOf(begin)
    const to = text.indexOf(end, from)
    if (from < 0 || to < 0) throw new Error(`The page has no place for the table "${name}"`)
    return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`
  }, page)
