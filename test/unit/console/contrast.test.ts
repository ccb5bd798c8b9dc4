import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const CSS = readFileSync(join(import.meta.dirname, '../../../console/page/css/tokens.css'), 'utf8')
const TOKENS = new Map(
  [...CSS.matchAll(/^ {2}--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);$/gm)].map(
    ([, name, light, dark]) => [String(name), { light: String(light), dark: String(dark) }],
  ),
)

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

/** What stands on what, and what it must be told from it by: text 4.5, parts of controls and charts 3. */
const PAIRS: readonly (readonly [string, string, number])[] = [
  ...['page', 'surface', 'sunken'].flatMap((ground) =>
    ['ink', 'ink-2', 'ink-3'].map((ink) => [ink, ground, 4.5] as const),
  ),
  ...['page', 'surface', 'sunken', 'accent-soft'].map((ground) => ['accent', ground, 4.5] as const),
  ['on-accent', 'accent', 4.5],
  ...['gain', 'loss', 'fail'].flatMap((tone) => [
    [tone, `${tone}-soft`, 4.5] as const,
    [tone, 'surface', 4.5] as const,
  ]),
  ['page', 'ink', 4.5],
  ['edge', 'surface', 3],
  ...['chart-changed', 'chart-read-edge', 'chart-refused', 'chart-failed'].map((bar) => [bar, 'surface', 3] as const),
]

describe.each(['light', 'dark'] as const)('colours of the %s scheme', (scheme) => {
  test.each(PAIRS)('%s on %s is told apart by at least %d to 1', (one, other, least) => {
    const [first, second] = [TOKENS.get(one)?.[scheme], TOKENS.get(other)?.[scheme]]
    expect(contrast(String(first), String(second))).toBeGreaterThanOrEqual(least)
  })
})

test('every colour is a token: no other style sheet writes one', () => {
  const others = ['base', 'frame', 'controls', 'states', 'events', 'timeline', 'event-page'].map((name) =>
    readFileSync(join(import.meta.dirname, `../../../console/page/css/${name}.css`), 'utf8'),
  )
  const written = others.flatMap((css) => css.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)\(/gi) ?? [])
  expect(written).toEqual(['rgb('])
})
