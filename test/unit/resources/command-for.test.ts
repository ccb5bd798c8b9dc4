import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../cli/commands.ts'
import { commandFor } from '../../../shared/resources/command-for.ts'

const ROOT = join(import.meta.dirname, '../../..')

describe('commandFor()', () => {
  test.each([
    ['the account of callers who name none', 'default', 'rolecall token list OKTA'],
    ['any other', 'emea', 'rolecall token list OKTA --account emea'],
  ])('writes a command for %s', (_name, account, expected) => {
    expect(commandFor(account, 'token list OKTA')).toBe(expected)
  })

  test('is where every command comes from that the service suggests', () => {
    const words = [...new Set(COMMANDS.map((command) => command.words.split(' ')[0]))]
    const written = new RegExp(`rolecall (?:${words.join('|')})\\b`)
    const files = globSync('{shared,functions}/**/*.ts', { cwd: ROOT })
    const found = files.flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .filter((line) => written.test(line) && !/^\s*(?:\*|\/\*|\/\/)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect([files.length > 100, found]).toEqual([true, []])
  })
})
