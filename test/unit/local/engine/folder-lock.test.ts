import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from '../../../../local/engine/folder-lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const writeLock = (holder: object) => writeFileSync(join(folder, 'lock'), JSON.stringify(holder))
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

test('the lock of a dead process, and one that cannot be read, are taken over', async () => {
  writeLock({ pid: deadPid() })
  ;(await lockFolder(folder)).release()
  writeFileSync(join(folder, 'lock'), '{')
  ;(await lockFolder(folder)).release()
  expect(readdirSync(folder)).toEqual([])
})

test('a process that only has the number of a dead one does not hold its lock', async () => {
  writeLock({ pid: process.pid, started: 'long ago' })
  ;(await lockFolder(folder)).release()
})

test('a lock is taken over when the engine that outlived its system is gone, not before', async () => {
  const engine = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  writeLock({ pid: deadPid(), childPid: engine.pid })
  let isLocked = false
  const locked = lockFolder(folder).then((lock) => {
    isLocked = true
    lock.release()
  })
  await sleep(300)
  expect(isLocked).toBe(false)
  engine.stdin.end()
  await locked
})
