import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Journal, openJournal } from '../../../../local/regions/journal.ts'

let folder: string
let journal: Journal
const path = () => join(folder, 'new', 'replication.jsonl')
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-journal-'))
  journal = openJournal(path())
})
afterEach(() => {
  journal.close()
  rmSync(folder, { recursive: true, force: true })
})
/** As a system that starts after this one was killed. */
function reopen() {
  journal.close()
  journal = openJournal(path())
  return journal.underway
}

const of = (key: string, at: number) => ({ key, written: { a: at }, directions: [{ from: 'a', to: 'b' }] })

test('what is on its way is there for the next one, in its last state; what has arrived is not', () => {
  expect(journal.underway).toEqual([])
  journal.note('x', of('x', 1))
  journal.note('y', of('y', 2))
  journal.note('x', of('x', 3))
  journal.note('y', undefined)
  expect(reopen()).toEqual([of('x', 3)])
  journal.note('x', undefined)
  expect(reopen()).toEqual([])
  expect(statSync(path()).mode & 0o777).toBe(0o600)
})

test('a last line that was cut takes nothing with it', () => {
  journal.note('x', of('x', 1))
  appendFileSync(path(), '{"key":"y","written":{"a"')
  expect(reopen()).toEqual([of('x', 1)])
})

test('does not grow for ever: it is emptied when nothing is on its way', () => {
  for (let at = 1; at <= 600; at++) {
    journal.note('x', of('x', at))
    journal.note('x', undefined)
  }
  expect(readFileSync(path(), 'utf8').split('\n').length).toBeLessThan(500)
  journal.note('z', of('z', 1))
  expect(reopen()).toEqual([of('z', 1)])
  expect(readFileSync(path(), 'utf8')).toBe(`${JSON.stringify(of('z', 1))}\n`)
})
