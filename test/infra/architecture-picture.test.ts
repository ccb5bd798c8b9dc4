import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BACKGROUND_NAMES, LAMBDA_NAMES } from '../../infra/bundling.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const picture = readFileSync(join(ROOT, 'docs', 'pictures', 'architecture.svg'), 'utf8')

test('the picture of the architecture has every function, and none that there is not', () => {
  const shown = [...picture.matchAll(/<text class="fn"[^>]*>([^<]+)<\/text>/g)].map(([, name = '']) => name)
  expect([...new Set(shown)].sort()).toEqual([...LAMBDA_NAMES, ...BACKGROUND_NAMES].sort())
})

test('the README shows it, and it says in words what it shows', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('src="docs/pictures/architecture.svg"')
  expect(picture).toMatch(/<title id="title">.+<\/title>\s+<desc id="about">\s+\S/)
})
