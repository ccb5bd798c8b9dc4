import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PICTURES } from '../pictures/pages.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDER = join(ROOT, 'docs', 'pictures')
const SCHEMES = ['light', 'dark']
const stored = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.webp'))
  .toSorted()

const namedIn = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/pictures\/([\w-]+\.webp)/g)].map(([, name = '']) => name)

test('the documents show every picture that there is, light and dark, and no other', () => {
  const taken = PICTURES.flatMap(({ name }) => SCHEMES.map((scheme) => `${name}-${scheme}.webp`))
  expect([...new Set(namedIn('docs/console.md'))].toSorted()).toEqual(stored)
  expect(stored).toEqual(taken.toSorted())
  expect([...new Set(namedIn('README.md'))].toSorted()).toEqual(['timeline-dark.webp', 'timeline-light.webp'])
})

test('pictures are small: 150 KB each, and 2 MB together', () => {
  const sizes = stored.map((name) => statSync(join(FOLDER, name)).size)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(150 * 1024)
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(2 * 1024 * 1024)
})
