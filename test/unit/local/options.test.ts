import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadLocalCredentials, newLocalKey, writeLocalCredentials } from '../../../local/credentials.ts'
import { chosenEngine } from '../../../local/environment.ts'
import { parseOptions } from '../../../local/options.ts'

const ROOT = resolve(import.meta.dirname, '..', '..', '..')

describe('parseOptions()', () => {
  test('keeps data in .rolecall of the project and listens on 8080 unless told otherwise', () => {
    const folder = join(ROOT, '.rolecall')
    expect(parseOptions([])).toEqual({ memory: false, port: 8080, readyFile: undefined, folder, help: false })
  })

  test('reads every option', () => {
    const args = ['--memory', '--port', '0', '--ready-file', 'r.json', '--data-dir', 'd', '--help']
    const readyFile = resolve('r.json')
    expect(parseOptions(args)).toEqual({ memory: true, port: 0, readyFile, folder: resolve('d'), help: true })
  })

  test.each(['65536', '-1', 'x', '', '80.5'])('refuses the port "%s"', (port) => {
    expect(() => parseOptions([`--port=${port}`])).toThrow(`Cannot use --port "${port}": a number from 0 to 65535`)
  })
})

describe('chosenEngine()', () => {
  test('is none unless DYNAMODB_ENDPOINT names one', () => {
    expect(chosenEngine({ TABLE_NAME: 'x' })).toBeUndefined()
  })

  test('takes the table and the key from the environment', () => {
    const env = { DYNAMODB_ENDPOINT: 'http://db', TABLE_NAME: 't', AWS_REGION: 'eu-west-1' }
    expect(chosenEngine(env)).toEqual({ endpoint: 'http://db', tableName: 't', aws: undefined })
    const keys = { AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' }
    const aws = { region: 'eu-west-1', credentials: { accessKeyId: 'k', secretAccessKey: 's' } }
    expect(chosenEngine({ ...env, ...keys })).toEqual({ endpoint: 'http://db', tableName: 't', aws })
  })
})

describe('the credentials of the running system', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rolecall-key-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('are there while it runs, for their owner only', () => {
    const key = newLocalKey()
    const remove = writeLocalCredentials('http://127.0.0.1:1', key, folder)
    expect(loadLocalCredentials(folder)).toEqual({ ...key, region: 'us-east-1', adminUrl: 'http://127.0.0.1:1' })
    expect(statSync(join(folder, 'credentials.json')).mode & 0o777).toBe(0o600)
    remove()
    expect(loadLocalCredentials(folder)).toBeUndefined()
  })

  test('of a system that started later are left to it', () => {
    const remove = writeLocalCredentials('http://127.0.0.1:1', newLocalKey(), folder)
    writeLocalCredentials('http://127.0.0.1:2', newLocalKey(), folder)
    remove()
    expect(loadLocalCredentials(folder)?.adminUrl).toBe('http://127.0.0.1:2')
  })
})
