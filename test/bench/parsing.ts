import { parseFilter } from '../../shared/scim/filter/parser.ts'
import { parseJson } from '../../shared/scim/json.ts'
import { resourceTypes } from '../../shared/scim/resource-types.ts'
import { CORE_GROUP } from '../../shared/scim/schemas/core-group.ts'
import { parseResource } from '../../shared/scim/validate.ts'
import { median, round, toMarkdown } from './table.ts'

const RUNS = 40
const TYPES = resourceTypes('GENERIC')
const KB = 1024

interface Subject {
  name: string
  /** The size that has a budget, in bytes. */
  bytes: number
  budgetMs: number
  make(bytes: number): string
  run(text: string): unknown
}

/** Twice its size, the filter is longer than any that is accepted, so that one shows how fast it is refused. */
const SUBJECTS: readonly Subject[] = [
  { name: 'filter', bytes: 8 * KB, budgetMs: 5, make: filterOf, run: parsed },
  {
    name: 'group body',
    bytes: KB * KB,
    budgetMs: 50,
    make: bodyOf,
    run: (text) => parseResource(TYPES.Group, parseJson(Buffer.from(text))),
  },
]

/** Filters and bodies of half, once and twice the size that has a budget: time must grow as the size does. */
export function presentParsing(): { text: string; over: string[] } {
  const rows = SUBJECTS.flatMap((subject) => [0.5, 1, 2].map((size) => row(subject, size)))
  const over = rows.flatMap(({ cells, isOver }) => (isOver ? [`${cells[0]} of ${cells[1]} KB`] : []))
  const head = ['what', 'KB', 'ms, median', 'ms, least', 'budget', 'verdict']
  return {
    text: toMarkdown(
      head,
      rows.map(({ cells }) => cells),
    ),
    over,
  }
}

/** The least of many runs is what a busy machine changes least. */
function row({ name, bytes, budgetMs, make, run }: Subject, size: number) {
  const text = make(size * bytes)
  const times = timed(() => run(text))
  const least = Math.min(...times)
  const isOver = size === 1 && least > budgetMs
  const judged = size === 1 ? [`< ${budgetMs} ms`, isOver ? 'OVER' : 'ok'] : ['', '']
  return {
    cells: [name, Math.round(Buffer.byteLength(text) / KB), round(median(times)), round(least), ...judged],
    isOver,
  }
}

function timed(run: () => void): number[] {
  run()
  return Array.from({ length: RUNS }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
}

function parsed(text: string): unknown {
  try {
    return parseFilter(text, TYPES.User)
  } catch (refusal) {
    return refusal
  }
}

/** Comparisons of 85 bytes: 8 KB of them come close to the number a filter may have. */
function filterOf(bytes: number): string {
  const term = `emails[type eq "work" and value co "${'x'.repeat(85 - 42)}"]`
  return new Array<string>(Math.floor(bytes / 85)).fill(term).join(' or ')
}

function bodyOf(bytes: number): string {
  const member = (n: number) => ({ value: `0199e1a0-0000-7000-8000-${String(n).padStart(12, '0')}` })
  const length = Math.floor(bytes / JSON.stringify(member(0)).length) - 2
  const members = Array.from({ length }, (_, n) => member(n))
  return JSON.stringify({ schemas: [CORE_GROUP], displayName: 'Everyone', members })
}
