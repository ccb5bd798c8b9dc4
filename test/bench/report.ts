import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The page of the bench's tables. */
export const PERFORMANCE = join(import.meta.dirname, '../../docs/performance.md')

/** Tables of the page, by the names that it gives them. */
export type Tables = Readonly<Record<string, string>>

/** Prints the tables; with `--write` they take the place of those of docs/performance.md. */
export function report(tables: Tables): void {
  for (const [name, table] of Object.entries(tables)) process.stdout.write(`${name}\n\n${table}\n\n`)
  if (process.argv.includes('--write')) writeTables(PERFORMANCE, tables)
}

/** Puts tables in the places that a page has for them. */
export const writeTables = (page: string, tables: Tables): void =>
  writeFileSync(page, fillIn(readFileSync(page, 'utf8'), tables))

/**
 * A page with these tables between `<!-- table: name -->` and `<!-- end -->`, and nothing else changed.
 * @throws {Error} where the page has no place for one of them.
 */
export const fillIn = (page: string, tables: Tables): string =>
  Object.entries(tables).reduce((text, [name, table]) => {
    const { from, to } = placeOf(text, name)
    return `${text.slice(0, from)}\n\n${table}\n\n${text.slice(to)}`
  }, page)

/** A table of a page, as it stands there. @throws {Error} where the page has none of that name. */
export function tableOf(page: string, name: string): string {
  const { from, to } = placeOf(page, name)
  return page.slice(from, to).trim()
}

function placeOf(page: string, name: string): { from: number; to: number } {
  const begin = `<!-- table: ${name} -->`
  const at = page.indexOf(begin)
  const to = page.indexOf('<!-- end -->', at)
  if (at < 0 || to < 0) throw new Error(`The page has no place for the table "${name}"`)
  return { from: at + begin.length, to }
}
