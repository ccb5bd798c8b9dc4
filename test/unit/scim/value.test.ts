import { describe, expect, test } from 'vitest'
import { demotePrimaries } from '../../../shared/scim/elements.ts'
import type { Json } from '../../../shared/scim/schema.ts'
import { attribute } from '../../../shared/scim/schemas/define.ts'
import { parseValue } from '../../../shared/scim/value.ts'

describe('parseValue()', () => {
  test.each<[string, Parameters<typeof attribute>[2], Json, Json | undefined]>([
    ['an integer', { type: 'integer' }, 5, 5],
    ['a decimal', { type: 'decimal' }, 1.5, 1.5],
    ['an instant, as sent', { type: 'dateTime' }, '2011-05-13T04:42:34+02:00', '2011-05-13T04:42:34+02:00'],
    ['a boolean in capitals', { type: 'boolean' }, 'TRUE', true],
    ['several texts, each once', { multiValued: true }, ['a', 'A', 'b'], ['a', 'b']],
    ['several caseExact texts', { multiValued: true, caseExact: true }, ['a', 'A', 'a'], ['a', 'A']],
    ['null', {}, null, undefined],
    ['an empty array', { multiValued: true }, [], undefined],
    ['one text for a list', { multiValued: true }, 'a', ['a']],
    ['a reference', { type: 'reference', caseExact: true }, '../Users/x', '../Users/x'],
  ])('reads %s', (_name, overrides, json, expected) => {
    expect(parseValue(attribute('x', 'X', overrides), json, 'x')).toEqual(expected)
  })

  test.each<[Parameters<typeof attribute>[2], Json, string]>([
    [{ type: 'integer' }, 1.5, 'Cannot read a.b 1.5: expected an integer'],
    [{ type: 'integer' }, '5', 'Cannot read a.b "5": expected an integer'],
    [{ type: 'decimal' }, '1.5', 'Cannot read a.b "1.5": expected a number'],
    [{ type: 'dateTime' }, 'today', 'Cannot read a.b "today": expected a date and time such as "2026-01-31T09:30:00Z"'],
    [{ type: 'dateTime' }, 5, 'Cannot read a.b 5: expected a date and time such as "2026-01-31T09:30:00Z"'],
    [{ multiValued: true }, ['a', null], 'Cannot read a.b null: expected a string'],
    [{ type: 'binary' }, 5, 'Cannot read a.b 5: expected a string'],
    [{ type: 'boolean' }, 'tru', 'Cannot read a.b "tru": expected true or false'],
  ])('with %j refuses %j and names the path (RES-10)', (overrides, json, message) => {
    expect(() => parseValue(attribute('x', 'X', overrides), json, 'a.b')).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidValue', message }),
    )
  })
})

describe('demotePrimaries()', () => {
  test('leaves the primary of the elements to keep and takes it from the others (PAT-18)', () => {
    const old = { value: 'a', primary: true }
    const fresh = { value: 'b', primary: true }
    const plain = { value: 'c' }
    expect(demotePrimaries([old, fresh, plain], (element) => element === fresh)).toEqual([
      { value: 'a', primary: false },
      fresh,
      plain,
    ])
    expect(old).toEqual({ value: 'a', primary: true })
  })
})
