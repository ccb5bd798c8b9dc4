import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { optionsOf, optionWords, toCommandLine } from '../../../local/command-line.ts'
import { DATA_FOLDER } from '../../../local/folders.ts'

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

test('a value that begins with a dash is one word with its option', () => {
  expect(toCommandLine('rolecall user list', { profile: '-x y' })).toBe("rolecall user list '--profile=-x y'")
})

test.each([
  [DATA_FOLDER, 'folder', []],
  [DATA_FOLDER, 'memory', ['--url', 'http://127.0.0.1:8081']],
  ['/d/Ada x', 'folder', ['--data-dir', '/d/Ada x']],
  ['/d', 'elsewhere', ['--url', 'http://127.0.0.1:8081', '--data-dir', '/d']],
] as const)('a local system with the folder %s and its data in %s is named by %j', (folder, data, words) => {
  expect(optionWords(optionsOf('http://127.0.0.1:8081', { folder, data }))).toEqual(words)
})
