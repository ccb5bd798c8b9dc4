import { expect, test } from 'vitest'
import { toHeader } from '../../../cli/audit-file/header.ts'

test('toHeader() names each column once', () => {
  expect(toHeader(['Mail', ' mail ', '', 'x'])).toEqual(['Mail', 'mail_2', 'column_3', 'x'])
})
