import { describe, expect, test } from 'vitest'
import { toCsv } from '../../cli/csv.ts'
import { plainText } from '../../cli/plain-text.ts'
import { type Column, toLines, toTable } from '../../cli/table.ts'

type Row = { name: string | number | undefined; age?: number }
const NAME: Column<Row> = { header: 'NAME', get: ({ name }) => name }
const AGE: Column<Row> = { header: 'AGE', get: ({ age }) => age }

describe('toTable()', () => {
  test('aligns columns and leaves no blanks at the end of a line', () => {
    const rows: Row[] = [{ name: 'Ada', age: 36 }, { name: 'Christopher' }]
    expect(toTable(rows, [NAME, AGE])).toBe('NAME         AGE\nAda          36\nChristopher')
  })

  test('shows the header alone where there is no row', () => {
    expect(toTable<Row>([], [NAME, AGE])).toBe('NAME  AGE')
  })

  test('cuts long cells with a mark, between whole characters', () => {
    const [, line] = toTable([{ name: '😀'.repeat(100) }], [NAME]).split('\n')
    expect(line).toBe(`${'😀'.repeat(79)}…`)
  })
})

describe('plainText()', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a cursor that moves up and erases', 'x\u001b[1A\u001b[2Ky', 'xy'],
    ['a window title', '\u001b]0;gone\u0007shown', 'shown'],
    ['a link', '\u001b]8;;http://evil.example\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['a terminal reset', '\u001bcx', 'x'],
    ['eight-bit controls', '\u009b31mred', '31mred'],
    ['line breaks and tabs', 'a\r\nb\tc\u2028d', 'a b c d'],
    ['bells and backspaces', 'a\u0007\u0008b', 'ab'],
    ['text turned around', 'abc\u202egnp.exe', 'abcgnp.exe'],
    ['invisible letters', 'a\u200bb\ufeffc', 'abc'],
    ['half of a character', 'a\ud83d', 'a'],
    ['names of the world', 'Zoë 李 😀', 'Zoë 李 😀'],
  ])('deals with %s (I6)', (_name, text, expected) => {
    expect(plainText(text)).toBe(expected)
  })
})

describe('toLines()', () => {
  test('aligns values and leaves out what has none', () => {
    expect(
      toLines([
        ['a', 1],
        ['long name', 'x\ny'],
        ['none', undefined],
        ['empty', ''],
        ['no', false],
      ]),
    ).toBe('a          1\nlong name  x y\nno         false')
  })
})

describe('toCsv()', () => {
  const cell = (name: string | number | undefined) => toCsv([{ name }], [NAME]).split('\r\n').slice(1).join('\r\n')

  test.each([
    ['=1+1', '"\'=1+1"'],
    ['+49 30', '"\'+49 30"'],
    ['-1', '"\'-1"'],
    ['@SUM(A1)', '"\'@SUM(A1)"'],
    ['\tx', '"\'\tx"'],
    ['\rx', '"\'\rx"'],
    ['\u001b[31m=1+1', '"\'=1+1"'],
    ['\u0000=1+1', '"\'=1+1"'],
    ['a "quoted", b', '"a ""quoted"", b"'],
    ['two\nlines', '"two\nlines"'],
    ['a=b', '"a=b"'],
    [-1, '"-1"'],
    [undefined, '""'],
  ])('writes %j as %s (I6)', (value, expected) => {
    expect(cell(value)).toBe(expected)
  })

  test('begins with the columns and ends lines as RFC 4180 says', () => {
    expect(toCsv<Row>([{ name: 'Ada', age: 36 }], [NAME, AGE])).toBe('"NAME","AGE"\r\n"Ada","36"')
  })
})
