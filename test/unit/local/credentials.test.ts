import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DataPlace, listLocalCredentials, newLocalKey, writeLocalCredentials } from '../../../local/credentials.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-key-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const urlOf = (port: number) => `http://127.0.0.1:${port}`
const write = (port: number, data?: DataPlace) => writeLocalCredentials(urlOf(port), newLocalKey(), folder, data)
const found = () => listLocalCredentials(folder).map(({ adminUrl }) => adminUrl)
/** The id of a process that has ended. */
const gone = () => spawnSync(process.execPath, ['-e', '']).pid
/** As if the system of a file had been killed. */
function kill(path: string): void {
  const content = { ...JSON.parse(readFileSync(path, 'utf8')), pid: gone() }
  writeFileSync(path, JSON.stringify(content))
}

test('credentials are there while a system runs, for their owner only', () => {
  const key = newLocalKey()
  const { path, remove } = writeLocalCredentials(urlOf(1), key, folder)
  const about = { region: 'us-east-1', adminUrl: urlOf(1), pid: process.pid, data: 'folder' }
  expect(listLocalCredentials(folder)).toEqual([{ ...key, ...about, startedAt: expect.any(Number) }])
  expect([path, statSync(path).mode & 0o777]).toEqual([join(folder, 'credentials.json'), 0o600])
  remove()
  expect(readdirSync(folder)).toEqual([])
})

test('a second system leaves those of the first alone, at its start and at its end', () => {
  const first = write(1)
  const before = readFileSync(first.path, 'utf8')
  const second = write(2, 'memory')
  expect([second.path, statSync(second.path).mode & 0o777]).toEqual([join(folder, 'credentials-2.json'), 0o600])
  second.remove()
  expect([readFileSync(first.path, 'utf8'), found()]).toEqual([before, [urlOf(1)]])
})

test('the first leaves those of the second alone when it ends', () => {
  const first = write(1, 'memory')
  write(2)
  first.remove()
  expect(found()).toEqual([urlOf(2)])
})

test('the system that has the data comes first, then the one that started last', () => {
  write(1, 'memory')
  write(2, 'folder')
  write(3, 'elsewhere')
  expect(found()[0]).toBe(urlOf(2))
  expect(found().slice(1).sort()).toEqual([urlOf(1), urlOf(3)])
})

test('those of a killed system are passed over, and taken away by the next start', () => {
  kill(write(1).path)
  expect(found()).toEqual([])
  const second = write(2, 'memory')
  kill(write(3, 'memory').path)
  expect([second.path, found()]).toEqual([join(folder, 'credentials.json'), [urlOf(2)]])
  write(4, 'memory')
  expect(readdirSync(folder).sort()).toEqual(['credentials-4.json', 'credentials.json'])
})

test.each([
  ['cut', '{"accessKeyId":'],
  ['of another shape', '{"adminUrl":1}'],
  ['empty', ''],
])("a file that is %s is nobody's", (_name, content) => {
  writeFileSync(join(folder, 'credentials.json'), content)
  expect(found()).toEqual([])
  expect(write(1).path).toBe(join(folder, 'credentials.json'))
})

test('a folder that is not there holds none', () => {
  expect(listLocalCredentials(join(folder, 'missing'))).toEqual([])
})

test('of a system of several regions each is told with its address and its table, whichever is primary', () => {
  const region = { name: 'eu-west-1', adminUrl: urlOf(2), dynamodbEndpoint: urlOf(3), tableName: 't' }
  const running = { ...region, baseUrl: `${urlOf(2)}/scim/v2`, primary: true }
  const { remove } = writeLocalCredentials(urlOf(1), newLocalKey(), folder, 'folder', [running])
  expect(listLocalCredentials(folder).map(({ regions }) => regions)).toEqual([[region]])
  remove()
  expect(readdirSync(folder)).toEqual([])
})
