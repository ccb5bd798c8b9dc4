import { describe, expect, test } from 'vitest'
import { type Column, tableWriter, toLines } from '../../cli/table.ts'
import { plainJson, plainText } from '../../shared/audit/plain-text.ts'
import { csvWriter } from '../../shared/audit/reading/list-writer.ts'

type Row = { name: string | number | undefined; age?: number }
const NAME: Column<Row> = { header: 'NAME', get: ({ name }) => name }
const AGE: Column<Row> = { header: 'AGE', get: ({ age }) => age }

describe('tableWriter()', () => {
  test('aligns columns and leaves no blanks at the end of a line', () => {
    const rows: Row[] = [{ name: 'Ada', age: 36 }, { name: 'Christopher' }]
    expect(tableWriter([NAME, AGE])(rows)).toBe('NAME         AGE\nAda          36\nChristopher\n')
  })

  test('shows the header alone where there is no row', () => {
    expect(tableWriter<Row>([NAME, AGE])([])).toBe('NAME  AGE\n')
  })

  test('goes on with later rows under the same header, and never narrower', () => {
    const write = tableWriter([NAME, AGE])
    expect(write([{ name: 'Christopher', age: 1 }])).toBe('NAME         AGE\nChristopher  1\n')
    expect(write([{ name: 'Ada', age: 36 }])).toBe('Ada          36\n')
    expect(write([{ name: 'Christopherus', age: 2 }])).toBe('Christopherus  2\n')
    expect(write([{ name: 'Ada', age: 36 }])).toBe('Ada            36\n')
  })

  test('shows what stands under a row, indented', () => {
    const write = tableWriter<Row>([NAME], ({ age }) => (age ? `age ${age}\nold` : ''))
    expect(write([{ name: 'Ada', age: 36 }, { name: 'Bob' }])).toBe('NAME\nAda\n    age 36\n    old\nBob\n')
  })

  test('has room for more rows than a call has for arguments', () => {
    const rows = Array.from({ length: 200_000 }, (_, age) => ({ name: 'Ada', age }))
    const lines = tableWriter([NAME, AGE])(rows).split('\n')
    expect([lines.length, lines[0], lines.at(-2)]).toEqual([200_002, 'NAME  AGE', 'Ada   199999'])
  })

  test('cuts long cells with a mark, between whole characters', () => {
    const [, line] = tableWriter([NAME])([{ name: '😀'.repeat(100) }]).split('\n')
    expect(line).toBe(`${'😀'.repeat(79)}…`)
  })
})

describe('plainText()', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    ['a cursor that moves up', 'x\u001b[1Ay', 'x\\u001b[1Ay'],
    ['a window title', '\u001b]0;gone\u0007shown', '\\u001b]0;gone\\u0007shown'],
    ['eight-bit controls', '\u009b31mred', '\\u009b31mred'],
    ['line breaks and tabs', 'a\r\nb\tc\u2028d', 'a b c d'],
    ['bells and backspaces', 'a\u0007\u0008b', 'a\\u0007\\u0008b'],
    ['text turned around', 'abc\u202egnp.exe', 'abc\\u202egnp.exe'],
    ['invisible letters', 'a\u200bb\ufeffc', 'a\\u200bb\\ufeffc'],
    ['invisible letters of two units', 'a\u{e0041}', 'a\\udb40\\udc41'],
    ['half of a character', 'a\ud83d', 'a\\ud83d'],
    ['names of the world', 'Zoë 李 😀 می\u200cخواهم 👩\u200d🚀', 'Zoë 李 😀 می\u200cخواهم 👩\u200d🚀'],
  ])('deals with %s (I6)', (_name, text, expected) => {
    expect(plainText(text)).toBe(expected)
  })
})

describe('plainJson()', () => {
  test('escapes what a terminal would obey or hide, in names and values, and says the same (I6)', () => {
    const value = { 'na\u202eme': ['\u009b31mred', 'a\u200bb', '\u2028', 'line\nbreak', 'Zoë 😀'] }
    const text = plainJson(value, 1)
    expect(text).toBe(
      '{\n "na\\u202eme": [\n  "\\u009b31mred",\n  "a\\u200bb",\n  "\\u2028",\n  "line\\nbreak",\n  "Zoë 😀"\n ]\n}',
    )
    expect(JSON.parse(text)).toEqual(value)
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

describe('csvWriter()', () => {
  const cell = (name: string | number | undefined) => csvWriter([NAME]).next([{ name }]).split('\r\n')[1] ?? ''

  test.each([
    ['=1+1', '"\'=1+1"'],
    ['+49 30', '"\'+49 30"'],
    ['-1', '"\'-1"'],
    ['@SUM(A1)', '"\'@SUM(A1)"'],
    ['\tx', '"\'\tx"'],
    ['\rx', '"\'\rx"'],
    ['\n=1', '"\'\n=1"'],
    ['\uff1d1+1', '"\'\uff1d1+1"'],
    ['\uff0b1', '"\'\uff0b1"'],
    ['\uff0d1', '"\'\uff0d1"'],
    ['\uff20SUM(A1)', '"\'\uff20SUM(A1)"'],
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

  test('ends every line as RFC 4180 says, the last one too', () => {
    const writer = csvWriter<Row>([NAME, AGE])
    const text = writer.next([{ name: 'Ada', age: 36 }]) + writer.next([{ name: 'Bob' }]) + writer.end()
    expect(text).toBe('"NAME","AGE"\r\n"Ada","36"\r\n"Bob",""\r\n')
    expect(csvWriter([NAME, AGE]).end()).toBe('"NAME","AGE"\r\n')
  })
})
