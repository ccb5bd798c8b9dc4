import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Command } from '../../cli/command.ts'
import { COMMANDS } from '../../cli/commands.ts'
import { COMMON_FLAGS, outputFlag } from '../../cli/help.ts'
import { USAGE } from '../../local/options.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const documents = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT }), 'test/idp/README.md']
const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8')
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }

/** Everything that matches, with the document it stands in. */
function findAll(pattern: RegExp): { document: string; found: string[] }[] {
  return documents.flatMap((document) =>
    [...textOf(document).matchAll(pattern)].map(([, ...found]) => ({ document, found: found.map((one) => one ?? '') })),
  )
}

/** What is wrong with `npx rolecall <line>`; nothing when the command and its options are there. */
function faultOf(line: string): string | undefined {
  if (/^(--help|--version|COMMAND)\b/.test(line)) return undefined
  const command = COMMANDS.find(({ words }) => `${line} `.startsWith(`${words} `))
  if (!command) return `there is no command "${line}"`
  const unknown = [...line.matchAll(/(?<= )--([a-z-]+)/g)].find(([, flag]) => !flagsOf(command).has(flag ?? ''))
  return unknown && `"${command.words}" has no option ${unknown[0]}`
}

const flagsOf = ({ flags, outputs }: Command) =>
  new Set(Object.keys({ ...flags, ...outputFlag(outputs), ...COMMON_FLAGS }))

/** The anchor a heading has on GitHub. */
const toAnchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (document: string) =>
  [...textOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => toAnchor(heading ?? ''))

describe('README and docs', () => {
  test('name npm scripts that are there', () => {
    const named = findAll(
      /\bnpm (?:run )?(start|test|check|bench|fuzz|synth|deploy|format|lint|types)\b|\bnpm run (\w+)/g,
    )
    const missing = named.filter(({ found }) => !(((found[0] || found[1]) as string) in scripts))
    expect(missing).toEqual([])
    expect(named.length).toBeGreaterThan(10)
  })

  test('show rolecall commands and options that are there', () => {
    const shown = findAll(/npx rolecall ([^`|#)\n>]+)/g)
    const faults = shown.flatMap(({ document, found: [line = ''] }) => {
      const fault = faultOf(line.trim())
      return fault ? [`${document}: ${fault}`] : []
    })
    expect(faults).toEqual([])
    expect(shown.length).toBeGreaterThan(20)
  })

  test('show every option of npm start', () => {
    const options = [...USAGE.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option ?? '')
    expect(options.filter((option) => option !== '--help' && !textOf('README.md').includes(`\`${option}`))).toEqual([])
    expect(options).toContain('--ready-file')
  })

  test('link to files and headings that are there', () => {
    const broken = findAll(/\]\(([^)\s]+)\)/g).flatMap(({ document, found: [target = ''] }) => {
      if (/^[a-z]+:/.test(target)) return []
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path))
      if (!existsSync(join(ROOT, file))) return [`${document}: ${target}`]
      return anchor === undefined || anchorsOf(file).includes(anchor) ? [] : [`${document}: ${target}`]
    })
    expect(broken).toEqual([])
  })

  test('name source files that are there', () => {
    const named = findAll(/`((?:shared|functions|infra|local|cli|test|tools)\/[\w./-]*\.(?:ts|mjs|json))`/g)
    expect(named.filter(({ found: [path = ''] }) => !existsSync(join(ROOT, path)))).toEqual([])
    expect(named.length).toBeGreaterThan(20)
  })

  test('are all reached from the README, decisions from their list', () => {
    const listed = (from: string) =>
      [...textOf(from).matchAll(/\]\(([^)#\s]+)/g)].map(([, path]) => join(dirname(from), path ?? ''))
    const reached = new Set([...listed('README.md'), ...listed('docs/decisions/README.md')])
    expect(documents.filter((document) => document !== 'README.md' && !reached.has(document))).toEqual([])
  })

  test('name no path of one machine', () => {
    expect(findAll(/(?<![\w.])(\/(?:tmp|work|root|home|Users\/[a-z])\/?)/g)).toEqual([])
  })
})
