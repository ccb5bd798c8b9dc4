import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { toCommandLine } from '../../../local/command-line.ts'

test('options without a value are left out', () => {
  expect(toCommandLine('rolecall user list', {})).toBe('rolecall user list')
  expect(toCommandLine('rolecall user list', { url: undefined, account: 'acme', profile: '' })).toBe(
    'rolecall user list --account acme',
  )
})

test.each(['.rolecall', "Ada's data", 'a b', '$HOME', 'ünï', '`x`', 'a\\b', '"q"'])(
  'a shell reads %s back as it is',
  (value) => {
    const line = toCommandLine('printf %s', { 'data-dir': value })
    const words = execFileSync('sh', [
      '-c',
      `for word in ${line.slice('printf %s '.length)}; do printf '%s\\n' "$word"; done`,
    ])
    expect(words.toString()).toBe(`--data-dir\n${value}\n`)
  },
)
