import { expect, test } from 'vitest'
import { Figures, missedCounts, presentFigures } from './figures.ts'

test('figures stand beside their goals; only counts decide', () => {
  const figures = new Figures('sync')
  figures.count('5xx', 2)
  figures.count('memory', 1500.126, 2000, 'MB')
  figures.ratio('GET user', 1.25, 1.1)
  figures.time('answered', 4, 3, 's')
  figures.time('settled', undefined, 1.3, '×')
  expect(missedCounts(figures.all).map(({ what }) => what)).toEqual(['5xx', 'GET user'])
  expect(presentFigures(figures.all).split('\n').slice(2)).toEqual([
    '| sync | 5xx | 2 | ≤ 0 | MISSED |',
    '| sync | memory | 1,500.13 MB | ≤ 2,000 MB | ok |',
    '| sync | GET user | 1.25 × | ≤ 1.1 × | MISSED |',
    '| sync | answered | 4 s | ≤ 3 s | slower |',
    '| sync | settled | never | ≤ 1.3 × | slower |',
  ])
})
