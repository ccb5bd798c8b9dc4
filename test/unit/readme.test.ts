import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Command } from '../../cli/command.ts'
import { COMMANDS } from '../../cli/commands.ts'
import { COMMON_FLAGS, outputFlag } from '../../cli/help.ts'
import { ROLECALL } from '../../local/command-line.ts'
import { USAGE } from '../../local/options.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
const run = promisify(execFile)
const documents = [...globSync('{*,docs/**/*}.md', { cwd: ROOT }), 'test/idp/README.md']
const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8')
const { scripts, version } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string>; version: string }

/** Everything that matches, with the document it stands in. */
function findAll(pattern: RegExp): { document: string; found: string[] }[] {
  return documents.flatMap((document) =>
    [...textOf(document).matchAll(pattern)].map(([, ...found]) => ({ document, found: found.map((one) => one ?? '') })),
  )
}

/** What is wrong with `./rolecall <line>`; nothing when the command and its options are there. */
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
    const shown = findAll(/\.\/rolecall ([^`|#)\n>]+)/g)
    const faults = shown.flatMap(({ document, found: [line = ''] }) => {
      const fault = faultOf(line.trim())
      return fault ? [`${document}: ${fault}`] : []
    })
    expect(faults).toEqual([])
    expect(shown.length).toBeGreaterThan(20)
  })

  test('call rolecall by its file, here as everywhere: its name, outside of the checkout, would ask a registry', async () => {
    const sources = globSync('{shared,functions,infra,console,local,cli,test}/**/*.{ts,tsx,mjs}', { cwd: ROOT })
    const asking = [...documents, ...sources].filter((file) =>
      /\b(?:npx|npm exec|npm x)\s+(?:-- )?rolecall\b/.test(textOf(file)),
    )
    expect(asking).toEqual([])
    const { stdout } = await run(ROLECALL, ['--version'], { cwd: ROOT })
    expect(stdout).toBe(`rolecall ${version}\n`)
  })

  test('show tests that are there, and options that Vitest knows', async () => {
    const lines = findAll(/^(?:npm test --|npx vitest(?: run)?) ([^#\n]+)/gm)
    const shown = lines.map(({ found: [line = ''] }) => line.trim())
    const named = shown.flatMap((line) => [...line.matchAll(/(test\/\S+) -t (\S+)/g)])
    expect(named.filter(([, path = '', name = '']) => !textOf(path).includes(name))).toEqual([])
    expect(named).not.toEqual([])
    // All lines at once, since Vitest takes a second to start; a debugger would be waited for.
    const words = shown.flatMap((line) => line.split(' ')).filter((word) => word !== '--inspect-brk')
    const { stdout } = await run(process.execPath, [VITEST, 'list', '--filesOnly', ...words], { cwd: ROOT })
    expect(stdout).toMatch(/^\[pure\] test\//)
    expect(shown.length).toBeGreaterThan(3)
  })

  test('show options of npm start that are there', () => {
    const shown = findAll(/(?:npm start --|local\/main\.ts) ([^`#\n]+)/g)
    const options = shown.flatMap(({ found: [line = ''] }) => line.match(/--[a-z-]+/g) ?? [])
    expect(options.filter((option) => !USAGE.includes(`  ${option} `))).toEqual([])
    expect(options.length).toBeGreaterThan(2)
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

  test('name source files and folders that are there', () => {
    const named = findAll(/(?<![\w/.])((?:shared|functions|infra|local|cli|test|tools)\/[\w./-]*\w\/?)(?![\w<*/])/g)
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
