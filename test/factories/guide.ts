import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

/** Its commands ask for two regions. */
export const REGIONS_GUIDE = 'docs/regions.md'

/** Commands of a document, as they stand in blocks and between backticks; without comments and redirections. */
export function commandsOf(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const lines = [...text.matchAll(/\.\/rolecall ([^`\n]+)/g)].map(([, line = '']) => line)
  return lines.map((line) => line.replace(/ {2,}#.*$| > \S+.*$| \| .*$|\)+(?: .*)?$|\).*$/, '').trim())
}
