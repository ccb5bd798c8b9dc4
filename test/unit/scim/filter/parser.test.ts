import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { ScimError } from '../../../../shared/scim/error.ts'
import { parseFilter } from '../../../../shared/scim/filter/parser.ts'
import { printFilter } from '../../../../shared/scim/filter/print.ts'
import { mentionsAttribute } from '../../../../shared/scim/filter/tree.ts'
import { resourceTypes } from '../../../../shared/scim/resource-types.ts'

const { User, Group } = resourceTypes('GENERIC')
const canonical = (text: string, type = User) => printFilter(parseFilter(text, type))

function refusal(text: string, type = User): unknown {
  try {
    return parseFilter(text, type)
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    return [error.status, error.scimType, error.message]
  }
}

describe('parseFilter()', () => {
  test.each([
    ['userName eq "bjensen"', 'userName eq "bjensen"'],
    ['  USERNAME   EQ "b"  ', 'userName eq "b"'],
    ['name.familyname Co "x"', 'name.familyName co "x"'],
    ['title pr AND userType Eq "E"', 'title pr and userType eq "E"'],
    ['title pr or active eq true and nickName pr', 'title pr or (active eq true and nickName pr)'],
    ['(title pr or active eq true) and nickName pr', '(title pr or active eq true) and nickName pr'],
    ['not(title pr) and NOT (nickName pr)', 'not (title pr) and not (nickName pr)'],
    ['((title pr))', 'title pr'],
    ['emails co "x"', 'emails.value co "x"'],
    ['emails pr', 'emails pr'],
    ['emails eq null', 'emails eq null'],
    ['emails[type eq "work" and not (value co "@b")]', 'emails[type eq "work" and not (value co "@b")]'],
    ['emails[type eq "work"].value eq "x" and title pr', 'emails[type eq "work"].value eq "x" and title pr'],
    ['emails[type eq "work"].display pr', 'emails[type eq "work"].display pr'],
    ['active eq "TRUE"', 'active eq true'],
    ['roles[primary eq "False"]', 'roles[primary eq false]'],
    ['userName eq null', 'userName eq null'],
    ['name pr', 'name pr'],
    ['name ne null', 'name ne null'],
    ['meta.created ge "2020-01-01T00:00:00Z"', 'meta.created ge "2020-01-01T00:00:00Z"'],
    ['userName eq "a \\"b\\" \\u0041\\\\ and (or [not] true"', 'userName eq "a \\"b\\" A\\\\ and (or [not] true"'],
    ['schemas eq "urn:x"', 'schemas eq "urn:x"'],
    [
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:manager eq "m"',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "m"',
    ],
  ])('reads %s (FIL-1, FIL-5, FIL-6, FIL-7, FIL-8, FIL-12)', (text, expected) => {
    expect(canonical(text)).toBe(expected)
    expect(parseFilter(expected, User)).toEqual(parseFilter(text, User))
  })

  test('keeps the tree of the operators: not, and, or (FIL-5)', () => {
    const present = (name: string) => parseFilter(`${name} pr`, User)
    expect(parseFilter('title pr or nickName pr and not (locale pr)', User)).toEqual({
      kind: 'or',
      operands: [
        present('title'),
        { kind: 'and', operands: [present('nickName'), { kind: 'not', operand: present('locale') }] },
      ],
    })
  })

  test.each([
    ['', 'expected an attribute, not or "(" at character 1, found the end'],
    ['userName', 'expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) at character 9, found the end'],
    [
      'userName is "x"',
      'expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) at character 10, found "is \\"x\\""',
    ],
    ['userName eq', 'expected a quoted string, a number, true, false or null at character 12, found the end'],
    ['userName eq bjensen', 'expected a quoted string, a number, true, false or null at character 13, found "bjensen"'],
    ['active eq True', 'expected a quoted string, a number, true, false or null at character 11, found "True"'],
    ['userName eq 01', 'expected a quoted string, a number, true, false or null at character 13, found "01"'],
    ['userName eq 1e999', 'expected a quoted string, a number, true, false or null at character 13, found "1e999"'],
    ['userName eq "x', 'expected a closing quotation mark at character 15, found the end'],
    ['userName eq "\\x"', 'expected a JSON string with valid escapes at character 13, found "\\"\\\\x\\""'],
    [
      'userName eq "\\ud800"',
      'expected a string without half a surrogate pair at character 13, found "\\"\\\\ud800\\""',
    ],
    ['userName eq"x"', 'expected a space at character 12, found "\\"x\\""'],
    ['userName eq "x"and title pr', 'expected a space at character 16, found "and title pr"'],
    ['userName\teq "x"', 'expected an attribute, an operator or a value at character 9, found "\\teq \\"x\\""'],
    ['userName eq "x" title pr', 'expected and, or, or the end at character 17, found "title pr"'],
    ['userName eq "x" and', 'expected an attribute, not or "(" at character 20, found the end'],
    ['and title pr', 'expected an attribute of User at character 1, found "and title pr"'],
    ['(title pr', 'expected and, or, or ")" at character 10, found the end'],
    ['title pr)', 'expected and, or, or the end at character 9, found ")"'],
    ['emails[type eq "work"', 'expected and, or, or "]" at character 22, found the end'],
    ['emails[type eq "work")', 'expected and, or, or "]" at character 22, found ")"'],
    ['emails[]', 'expected an attribute, not or "(" at character 8, found "]"'],
    [
      'emails [type pr]',
      'expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) at character 8, found "[type pr]"',
    ],
    ['emails.value[type pr]', 'expected an operator at character 13, found "[type pr]"'],
    ['userName[value pr]', 'expected an operator at character 9, found "[value pr]"'],
    ['emails[userName pr]', 'expected an attribute of User at character 8, found "userName pr]"'],
    ['emails[type pr].x pr', 'expected a sub-attribute of emails at character 16, found ".x pr"'],
    ['emails[type pr] .value pr', 'expected and, or, or the end at character 17, found ".value pr"'],
    [
      'emails[type pr].value',
      'expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) at character 22, found the end',
    ],
    ['not title pr', 'expected "(" at character 5, found "title pr"'],
    ['active gt true', 'expected one of eq, ne, pr (active is of type boolean) at character 8, found "gt true"'],
    ['active eq "yes"', 'expected true or false (active is of type boolean) at character 11, found "\\"yes\\""'],
    ['active eq 1', 'expected true or false (active is of type boolean) at character 11, found "1"'],
    [
      'x509Certificates.value le "x"',
      'expected one of eq, ne, co, sw, ew, pr (value is of type binary) at character 24, found "le \\"x\\""',
    ],
    [
      'meta.created gt "today"',
      'expected a quoted date and time such as "2026-01-31T08:00:00Z" at character 17, found "\\"today\\""',
    ],
    [
      'meta.created co "2026"',
      'expected one of eq, ne, gt, ge, lt, le, pr (created is of type dateTime) at character 14, found "co \\"2026\\""',
    ],
    ['title eq 5', 'expected a quoted string (title is of type string) at character 10, found "5"'],
    ['title gt null', 'expected a value (null goes with eq, ne) at character 10, found "null"'],
    [
      'name eq "x"',
      'expected null, or a sub-attribute before the operator (name is of type complex) at character 9, found "\\"x\\""',
    ],
    [
      'addresses co "x"',
      'expected one of eq, ne, pr (addresses is of type complex) at character 11, found "co \\"x\\""',
    ],
    ['shoeSize eq 5', 'expected an attribute of User at character 1, found "shoeSize eq 5"'],
    ['__proto__ pr', 'expected an attribute of User at character 1, found "__proto__ pr"'],
    ['emails[constructor pr]', 'expected an attribute of User at character 8, found "constructor pr]"'],
    ['members.value eq "x"', 'expected an attribute of User at character 1, found "members.value eq \\"x\\""'],
  ])('refuses %s and says where (FIL-4, FIL-9, FIL-10)', (text, detail) => {
    expect(refusal(text)).toEqual([400, 'invalidFilter', `Cannot read filter ${JSON.stringify(text)}: ${detail}`])
  })

  test('refuses to compare what is never returned (FIL-13, ERR-3)', () => {
    const detail = 'Cannot filter by password: it is neither compared nor shown; leave it out of the filter'
    for (const text of ['password sw "a"', 'PASSWORD pr', 'title pr or not (password eq null)']) {
      expect(refusal(text)).toEqual([403, 'sensitive', detail])
    }
  })

  test('refuses a filter that is too long, too deep or too large, at once (FIL-16)', () => {
    const deep = (levels: number) => `${'('.repeat(levels)}title pr${')'.repeat(levels)}`
    const many = (terms: number) => Array.from({ length: terms }, (_, i) => `title eq "${i}"`).join(' or ')
    expect(refusal(`title eq "${'x'.repeat(10_230)}"`)).toEqual([
      400,
      'invalidFilter',
      `Cannot read filter "title eq \\"${'x'.repeat(70)}...": 10241 characters are more than 10240; ask for less at once`,
    ])
    expect(canonical(deep(32))).toBe('title pr')
    expect(canonical(Array(50).fill('(title pr)').join(' and '))).toBe(Array(50).fill('title pr').join(' and '))
    expect(refusal(deep(33))).toEqual([
      400,
      'invalidFilter',
      'Cannot read the filter: it nests deeper than 32 levels; ask for less at once',
    ])
    expect(refusal('not ('.repeat(2000))).toEqual(refusal(deep(33)))
    expect(parseFilter(many(199), User)).toMatchObject({ kind: 'or' })
    expect(refusal(many(200))).toEqual([
      400,
      'invalidFilter',
      'Cannot read the filter: it has more than 200 terms and operators; ask for less at once',
    ])
  })

  test('reads unknown attributes as ones without a value where it is asked to (FIL-10)', () => {
    const options = { unknownAttributes: 'noValue' } as const
    const text = 'userName eq "x" or members[value eq "y"].display pr or shoe.size gt 5'
    const filter = parseFilter(text, Group, options)
    expect(printFilter(filter)).toBe('userName eq "x" or members[value eq "y"].display pr or shoe.size gt 5')
    expect(parseFilter('shoes[size gt 5 and not (a.b pr)].colour eq 1', Group, options)).toEqual({
      kind: 'present',
      path: { unknown: 'shoes' },
    })
    expect(parseFilter('password sw "a"', User, options)).toMatchObject({ path: { unknown: 'password' } })
    expect(parseFilter('emails[a eq 1].b eq 2', User, options)).toMatchObject({
      filter: { path: { unknown: 'a' } },
      also: { path: { unknown: 'b' } },
    })
  })

  test('reads every word and every string of an 8 KB filter once', () => {
    const text = Array.from({ length: 190 }, (_, i) => `userName eq "someone-with-a-name-${i}@x"`).join(' or ')
    expect(text.length).toBeGreaterThan(7_900)
    const words = vi.spyOn(RegExp.prototype, 'exec')
    const strings = vi.spyOn(JSON, 'parse')
    parseFilter(text, User)
    expect([words.mock.calls.length, strings.mock.calls.length]).toEqual([3 * 190 - 1, 190])
    vi.restoreAllMocks()
  })

  test('any text is read or refused as a SCIM error, and what is read prints to itself', () => {
    const piece = fc.constantFrom(
      'userName',
      'emails',
      'emails.type',
      'active',
      'meta.created',
      'name',
      'eq',
      'ne',
      'co',
      'gt',
      'pr',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      '].value',
      '"work"',
      '"\\u0061"',
      'true',
      'null',
      '5',
      '-0',
      ' ',
      '"',
      '\\',
      '\u0000',
      '"2020-01-01T00:00:00Z"',
      '__proto__',
    )
    const pieces = fc.array(fc.oneof({ weight: 9, arbitrary: piece }, fc.string({ maxLength: 3 })), { maxLength: 14 })
    fc.assert(
      fc.property(pieces, fc.boolean(), (words, spaced) => {
        const text = words.join(spaced ? ' ' : '')
        const outcome = refusal(text)
        if (Array.isArray(outcome)) {
          expect(outcome.slice(0, 2)).toEqual([400, 'invalidFilter'])
          return
        }
        const filter = parseFilter(text, User)
        expect(parseFilter(printFilter(filter), User)).toEqual(filter)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('mentionsAttribute()', () => {
  test('finds an attribute anywhere in the tree, by its top-level name', () => {
    const filter = parseFilter('title pr and not (groups.value eq "g" or emails[type pr])', User)
    expect(['title', 'groups', 'emails', 'type', 'userName'].map((name) => mentionsAttribute(filter, name))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })
})
