import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../cli/commands.ts'
import { parseLine } from '../../../cli/run.ts'
import { commandLine, option } from '../../../console/command-line.ts'

/** The words that a shell makes of a command line. */
const inShell = (line: string): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${line}`])
    .toString()
    .split('\0')
    .slice(0, -1)

/** What the CLI reads: operands, and the options that were given. */
function read(line: string) {
  const args = inShell(line)
  const command = COMMANDS.find(({ words }) => words === args.slice(0, words.split(' ').length).join(' '))
  if (!command) throw new Error(`No command: ${line}`)
  const { positionals, values } = parseLine(command, args.slice(command.words.split(' ').length))
  return { words: command.words, positionals, values: { ...values } }
}

const REACH = ['--url', 'https://scim.example.com/prod', '--profile', 'ops']

describe('commandLine()', () => {
  test.each([
    [['user', 'disable', '--', 'ada@example.com'], 'user disable ada@example.com'],
    [['user', 'show', "O'Brien; rm -rf ~"], "user show 'O'\\''Brien; rm -rf ~'"],
    [['role', 'show', ''], "role show ''"],
    [['x', '$(id)', '`id`', '!!', '*', '~'], "x '$(id)' '`id`' '!!' '*' '~'"],
    [['role', 'grant', '--user', 'ada', '--', 'Ops'], 'role grant Ops --user ada'],
    [['role', 'grant', ...option('user', '-x'), '--', '-rf'], 'role grant --user=-x -- -rf'],
    [['token', 'rename', '--', 'abc', '-1'], 'token rename -- abc -1'],
  ])('%j is written for a shell', (words, line) => {
    expect(commandLine(words)).toBe(line)
  })

  test.each([
    [['user', 'list'], 'user list --url https://scim.example.com/prod --profile ops'],
    [['user', 'drop', '--', 'ada'], 'user drop ada --url https://scim.example.com/prod --profile ops'],
    [['user', 'drop', '--', '-rf'], 'user drop --url https://scim.example.com/prod --profile ops -- -rf'],
  ])('%j says which service it is for, in its options', (words, line) => {
    expect(commandLine(words, REACH)).toBe(line)
  })

  test.each(['ada', '-rf', '--help', '--', '-', '--user=x', "-O'Brien $(id)", '--url http://127.0.0.1'])(
    'the CLI reads the name %s back, as operand and as value',
    (name) => {
      const line = commandLine(['role', 'grant', ...option('user', name), '--', name], REACH)
      expect(read(line)).toEqual({
        ...{ words: 'role grant', positionals: [name] },
        values: { user: [name], url: 'https://scim.example.com/prod', profile: 'ops' },
      })
    },
  )
})
