import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from '../../../../local/engine/folder-lock.ts'
import { identify } from '../../../../local/engine/process-identity.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lockPath = () => join(folder, 'lock')
const writeLock = (holder: object) => writeFileSync(lockPath(), JSON.stringify(holder))
const runEngine = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid

test('a folder has one holder at a time', async () => {
  const lock = await lockFolder(folder)
  await expect(lockFolder(folder)).rejects.toThrow(
    `The data folder ${folder} is in use by the system with process id ${process.pid}: stop that one, or choose --memory`,
  )
  lock.release()
  ;(await lockFolder(folder)).release()
  expect(readdirSync(folder)).toEqual([])
})

test('the lock of a dead process is taken over', async () => {
  writeLock({ pid: deadPid() })
  ;(await lockFolder(folder)).release()
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['half a lock', '{"pid":'],
  ['an empty one', ''],
  ['one without a process', '{"started":"1"}'],
  ['one with a process id that is none', '{"pid":-1}'],
])('%s counts as in use, says how to mend it, and is left alone', async (_name, text) => {
  writeFileSync(lockPath(), text)
  await expect(lockFolder(folder)).rejects.toThrow(
    `The lock file ${lockPath()} cannot be read, so its folder counts as in use: remove the file if no system runs there`,
  )
  expect(readFileSync(lockPath(), 'utf8')).toBe(text)
  rmSync(lockPath())
  ;(await lockFolder(folder)).release()
})

test('a lock that may not be opened counts as in use too', async () => {
  mkdirSync(lockPath())
  await expect(lockFolder(folder)).rejects.toThrow(`The lock file ${lockPath()} cannot be read`)
})

test('a process that only has the number of a dead one does not hold its lock', async () => {
  writeLock({ pid: process.pid, started: 'long ago' })
  ;(await lockFolder(folder)).release()
})

test('while its engine runs, the lock names it', async () => {
  const engine = runEngine()
  const lock = await lockFolder(folder)
  lock.holdFor(engine.pid ?? 0)
  expect(JSON.parse(readFileSync(lockPath(), 'utf8'))).toEqual({
    ...identify(process.pid),
    engine: identify(engine.pid ?? 0),
  })
  lock.release()
  engine.kill()
})

test('an engine that outlived its system is ended before its folder is taken', async () => {
  const engine = runEngine()
  const exited = once(engine, 'exit')
  writeLock({ pid: deadPid(), engine: identify(engine.pid ?? 0) })
  ;(await lockFolder(folder)).release()
  expect(await exited).toEqual([null, 'SIGKILL'])
})

test('a process that may be another one by now is never ended, and the folder stays taken while it runs', async () => {
  const engine = runEngine()
  writeLock({ pid: deadPid(), engine: { pid: engine.pid } })
  await expect(lockFolder(folder, 100)).rejects.toThrow(
    `The data folder ${folder} is in use by the engine with process id ${engine.pid}, whose system is gone: stop that one, or choose --memory`,
  )
  const locked = lockFolder(folder)
  engine.kill()
  ;(await locked).release()
})
