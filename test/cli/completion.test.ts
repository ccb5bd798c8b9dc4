import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../cli/commands.ts'
import { allFlags } from '../../cli/help.ts'
import { runCli } from '../factories/cli.ts'

const script = async (shell: string) => (await runCli(['completion', shell])).stdout

/** What bash offers for the last word of a line. */
async function offered(line: string): Promise<string[]> {
  const words = line.split(' ')
  const call = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _rolecall`
  const program = `${await script('bash')}\n${call}\nprintf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', program], { encoding: 'utf8', cwd: import.meta.dirname })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

test.each([
  [
    'rolecall ',
    [
      'setup',
      'check',
      'health',
      'verify',
      'whoami',
      'integration',
      'token',
      'provisioner',
      'network-policy',
      'account',
      'event-history',
      'event',
      'changes',
      'audit',
      'export',
      'sql',
      'user',
      'role',
      'ownership',
      'undo',
      'restore',
      'failover',
      'drift',
      'console',
      'completion',
      '--help',
      '--version',
    ],
  ],
  ['rolecall to', ['token']],
  ['rolecall token ', ['issue', 'list', 'check', 'rotate', 'rename', 'revoke', '--help']],
  ['rolecall token re', ['rename', 'revoke']],
  ['rolecall integration create X --kind ', ['OKTA', 'AZURE', 'GENERIC']],
  ['rolecall event-history --type A', ['ADMIN', 'ALL']],
  ['rolecall user list --output ', ['table', 'json', 'csv']],
  ['rolecall integration describe X --output ', ['table', 'json']],
  ['rolecall network-policy alter X --allow', ['--allow-add', '--allow-remove', '--allow-everywhere']],
  ['rolecall completion z', ['zsh']],
  ['rolecall token issue X --output-file completion.t', ['completion.test.ts']],
  ['rolecall event-history --last ', []],
])('bash completes "%s"', async (line, expected) => {
  expect(await offered(line)).toEqual(expected)
})

test.each(COMMANDS.map((command) => [command.words, command] as const))(
  'bash offers every option of "%s"',
  async (words, command) => {
    const options = Object.keys(allFlags(command)).map((name) => `--${name}`)
    expect(await offered(`rolecall ${words} --`)).toEqual(options)
  },
)

test.each(COMMANDS.map((command) => [command.words, command] as const))(
  'fish is told every option of "%s", with its help',
  async (words, command) => {
    const condition = words
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
    const lines = (await script('fish')).split('\n').filter((line) => line.includes(`-n '${condition}' -l `))
    const named = lines.map((line) => / -l (\S+) .*-d '.+'$/.exec(line)?.[1])
    expect(named).toEqual(Object.keys(allFlags(command)))
  },
)

test('zsh runs the script of bash, in which no name is special to zsh', async () => {
  const [first, ...rest] = (await script('zsh')).split('\n')
  expect(first).toBe('autoload -U +X compinit bashcompinit && compinit && bashcompinit')
  expect(rest.join('\n')).toBe(await script('bash'))
  expect(rest.join('\n')).not.toMatch(/\b(?:path|words|status)=/)
})
