import { describe, expect, test } from 'vitest'
import { cutMiddle, safePieces, safeText } from '../../../console/page/parts/safe-text.ts'
import { commandWords } from '../../../console/page/parts/shell.ts'
import { dayText, dayWord, relativeText, timeTip } from '../../../console/page/parts/time-text.ts'

describe('safePieces()', () => {
  test('what nobody sees, and what turns the direction, stands as its code point', () => {
    expect(safePieces('Chen \u202egnp.exe')).toEqual([
      { text: 'Chen ', isCode: false },
      { text: 'U+202E', isCode: true },
      { text: 'gnp.exe', isCode: false },
    ])
    expect(safeText('a\u0000b\u200bc\u2066d\ufeffe\u{e0041}\u3164')).toBe(
      'a[U+0000]b[U+200B]c[U+2066]d[U+FEFF]e[U+E0041][U+3164]',
    )
  })

  test('the joiners stay in emoji and in scripts that need them, and show where they only hide', () => {
    const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'
    const persian = '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'
    expect([family, persian, 'ad\u200dmin'].map(safeText)).toEqual([family, persian, 'ad[U+200D]min'])
  })

  test('a lone half of a pair and line separators do not pass', () => {
    expect(safeText('a\ud800b\u2028c\nd')).toBe('a[U+D800]b[U+2028]c[U+000A]d')
  })
})

test('cutMiddle() keeps beginning and end, by whole characters', () => {
  expect(cutMiddle('short', 5)).toBeUndefined()
  expect(cutMiddle('0123456789', 7)).toBe('0123…89')
  expect(cutMiddle('\u{1f600}'.repeat(9), 5)).toBe(`${'\u{1f600}'.repeat(3)}…${'\u{1f600}'}`)
})

test('a command in an advice is taken apart, and nothing else', () => {
  expect(commandWords('To mend it: rolecall integration release OKTA --for 1h')).toEqual([
    ...['integration', 'release', 'OKTA', '--for', '1h'],
  ])
  expect(commandWords('no command')).toBeUndefined()
})

describe('times', () => {
  const NOW = Date.parse('2026-11-26T14:32:08Z')

  test('beside the local time stand UTC and how long ago', () => {
    expect(timeTip('2026-11-26T14:29:08.123Z', NOW)).toBe('2026-11-26 14:29:08 UTC · 2 minutes ago')
    expect(timeTip('no time', NOW)).toBe('')
    expect(relativeText(NOW + 7 * 86_400_000, NOW)).toBe('in 7 days')
  })

  test('days have a name, and their year where it is another', () => {
    expect(dayText('2026-11-26T12:00:00Z', NOW)).toBe('Thursday 26 November')
    expect(dayText('2025-11-26T12:00:00Z', NOW)).toBe('Wednesday 26 November 2025')
    expect([0, 86_400_000, 2 * 86_400_000].map((ms) => dayWord(NOW - ms, NOW))).toEqual([
      'Today',
      'Yesterday',
      undefined,
    ])
  })
})
