import { parseFilter } from '../../shared/scim/filter.ts'
import { readJson } from '../../shared/scim/json.ts'
import { resourceTypes } from '../../shared/scim/resource-types.ts'
import { CORE_GROUP } from '../../shared/scim/schemas/core-group.ts'
import { readResource } from '../../shared/scim/validate.ts'
import { median, round, toMarkdown } from './table.ts'

const RUNS = 25
const TYPES = resourceTypes('GENERIC')

/** Filters and bodies of half, once and twice the size that has a budget: time must grow as the size does. */
export function presentParsing(): string {
  const sizes = [0.5, 1, 2]
  const filters = sizes.map((size) => row('filter', filterOf(size * 4096), 'KB', 1024, parseOne, '8 KB in 5'))
  const bodies = sizes.map((size) =>
    row('group body', bodyOf(size * 1024 * 1024), 'MB', 1024 * 1024, readOne, '1 MB in 50'),
  )
  return toMarkdown(['what', 'size', 'ms, median', 'ms, least', 'budget, ms'], [...filters, ...bodies])
}

function row(what: string, text: string, unit: string, bytes: number, run: (text: string) => void, budget: string) {
  const times = timed(() => run(text))
  return [
    what,
    `${round(Buffer.byteLength(text) / bytes)} ${unit}`,
    round(median(times)),
    round(Math.min(...times)),
    budget,
  ]
}

function timed(run: () => void): number[] {
  run()
  return Array.from({ length: RUNS }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
}

const parseOne = (text: string): unknown => parseFilter(text, TYPES.User)
const readOne = (text: string): unknown => readResource(TYPES.Group, readJson(Buffer.from(text)))

/** As many comparisons as a filter may have, of values that fill it up to its size. */
function filterOf(bytes: number): string {
  const terms = 90
  const value = 'x'.repeat(Math.floor(bytes / terms) - 'userName eq "" or '.length)
  return Array.from({ length: terms }, () => `userName eq "${value}"`).join(' or ')
}

function bodyOf(bytes: number): string {
  const member = (n: number) => ({ value: `0199e1a0-0000-7000-8000-${String(n).padStart(12, '0')}` })
  const length = Math.floor(bytes / JSON.stringify(member(0)).length) - 2
  const members = Array.from({ length }, (_, n) => member(n))
  return JSON.stringify({ schemas: [CORE_GROUP], displayName: 'Everyone', members })
}
