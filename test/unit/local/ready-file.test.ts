import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { clearReadyFile, writeReadyFile } from '../../../local/ready-file.ts'
import { start } from '../../../local/start.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-ready-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
  rmSync(folder, { recursive: true })
})

test('what an earlier run left is removed, and what is written can be taken back', () => {
  const path = join(folder, 'new', 'ready.json')
  clearReadyFile(path)
  const remove = writeReadyFile(path, { pid: 1 })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ pid: 1 })
  remove()
  expect(existsSync(path)).toBe(false)
  writeReadyFile(path, { pid: 2 })
  clearReadyFile(path)
  expect(existsSync(path)).toBe(false)
})

test.each([
  ['a directory', [], 'ERR_FS_EISDIR'],
  ['below a file', ['file', 'ready.json'], 'ENOTDIR'],
])('a path that is %s ends the start with one sentence and code 1', async (_name, below, code) => {
  writeFileSync(join(folder, 'file'), '')
  const path = join(folder, ...below)
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never)
  const before = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listeners(signal as 'SIGINT'))
  await start(['--memory', '--ready-file', path])
  for (const [at, signal] of (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[at]?.includes(listener)) process.off(signal, listener)
    }
  }
  expect(written.mock.calls).toEqual([
    [`--ready-file ${JSON.stringify(path)}: no file can be written there (${code})\n`],
  ])
  expect([process.exitCode, exit.mock.calls.length]).toEqual([1, 1])
})
