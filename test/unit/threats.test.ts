import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')

/** How many threats there are of each letter of STRIDE, in the order of the letters. */
const THREATS = { S: 9, T: 8, R: 3, I: 6, D: 7, E: 3 }
/** Told by what was there before the marks were. */
const UNMARKED = ['T4', 'T8', 'D4', 'D7', 'E2', 'E3']

test('docs/security.md has every threat once, and for each the tests that are about it', () => {
  const rows = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8').matchAll(/^\| ([STRIDE]\d) \|.*\| ([^|]+) \|$/gm)
  const proofs = [...rows].map(([, threat = '', proof = '']) => ({
    threat,
    files: [...proof.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file),
  }))
  const ids = Object.entries(THREATS).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, n) => `${letter}${n + 1}`),
  )
  expect(proofs.map(({ threat }) => threat)).toEqual(ids)
  const isAbout = (file: string, threat: string) =>
    existsSync(join(ROOT, file)) && new RegExp(`\\b${threat}\\b`).test(readFileSync(join(ROOT, file), 'utf8'))
  const unproved = proofs.filter(
    ({ threat, files }) => !UNMARKED.includes(threat) && !files.some((file) => isAbout(file, threat)),
  )
  expect(unproved).toEqual([])
  expect(proofs.filter(({ files }) => files.length === 0)).toEqual([])
})
