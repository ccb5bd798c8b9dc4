import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')

/** How many requirements each group has: DIS-1 to DIS-14, and so on. */
const REQUIREMENTS = {
  ...{ DIS: 14, AUT: 5, MED: 6, RES: 17, CRE: 10, GET: 2, LST: 3, PRJ: 4, FIL: 16, SRT: 3, PAG: 5, CUR: 3, SEA: 2 },
  ...{ PUT: 7, PAT: 23, DEL: 3, ETG: 5, BLK: 6, ME: 1, ASY: 1, ERR: 3, OKT: 2, ENT: 2, SNO: 1 },
}
/** Those that stand behind a number which is not proved here. */
const FURTHER = ['PAT-24', 'PAT-25', 'PAT-27', 'BLK-8']
const IDS = [
  ...Object.entries(REQUIREMENTS).flatMap(([group, count]) =>
    Array.from({ length: count }, (_, i) => `${group}-${i + 1}`),
  ),
  ...FURTHER,
]

interface Row {
  id: string
  level: string
  requirement: string
  code: string[]
  tests: string[]
}

/** The rows of the document's tables whose first cell is an id. */
const rows: Row[] = readFileSync(join(ROOT, 'docs', 'conformance.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, id = '', level = '', requirement = '', code = '', tests = ''] = line.split('|').map((cell) => cell.trim())
    return /^[A-Z]+-\d+$/.test(id) ? [{ id, level, requirement, code: pathsIn(code), tests: pathsIn(tests) }] : []
  })

function pathsIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path ?? '')
}

/** A test file without its comments: what is left of an id stands in a name, or in a table that makes names. */
function namesIn(path: string): string {
  const source = readFileSync(join(ROOT, path), 'utf8')
  return source.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')
}

test('docs/conformance.md has one row for every requirement', () => {
  expect(rows.map(({ id }) => id).sort()).toEqual([...IDS].sort())
})

test.each(rows)('$id says what is owed, where it is and what proves it', ({ id, level, requirement, code, tests }) => {
  expect(level).toMatch(/^[MSO]$/)
  expect(requirement).toMatch(/.{10}/)
  expect(code).not.toEqual([])
  expect(code.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  expect(tests).not.toEqual([])
  expect(tests.filter((path) => !/^test\/.*\.test\.ts$/.test(path) || !existsSync(join(ROOT, path)))).toEqual([])
  expect(tests.filter((path) => !new RegExp(`\\b${id}\\b`).test(namesIn(path)))).toEqual([])
})
