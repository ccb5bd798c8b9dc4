import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chosenEngine } from '../../../local/environment.ts'
import { OptionError, parseOptions } from '../../../local/options.ts'

const ROOT = resolve(import.meta.dirname, '..', '..', '..')

describe('parseOptions()', () => {
  test('keeps data in .rolecall of the project and listens on 8080 unless told otherwise', () => {
    const folder = join(ROOT, '.rolecall')
    const switches = { memory: false, newTokens: false, demo: false, throttled: false, help: false }
    expect(parseOptions([])).toEqual({ ...switches, port: 8080, readyFile: undefined, folder })
  })

  test('reads every option', () => {
    const args = [
      '--memory',
      '--port',
      '0',
      '--ready-file',
      'r.json',
      '--data-dir',
      'd',
      '--new-tokens',
      '--demo',
      '--throttle',
      '--help',
    ]
    const switches = { memory: true, newTokens: true, demo: true, throttled: true, help: true }
    expect(parseOptions(args)).toEqual({ ...switches, port: 0, readyFile: resolve('r.json'), folder: resolve('d') })
  })

  test('a demo keeps nothing', () => {
    expect(parseOptions(['--demo'])).toMatchObject({ demo: true, memory: true })
  })

  test.each([
    ...['65536', '-1', 'x', '', '80.5'].map((port) => [
      `--port=${port}`,
      `--port "${port}": expected a whole number from 0 to 65535`,
    ]),
    ['--data-dir=', '--data-dir "": expected a path'],
    ['--ready-file=', '--ready-file "": expected a path'],
    ['--port', "Option '--port <value>' argument missing"],
    ['--memory=yes', "Option '--memory' does not take an argument"],
    ['--prot=1', "Unknown option '--prot'"],
    ['8080', "Unexpected argument '8080'. This command does not take positional arguments"],
  ])('refuses %s and names the option', (argument, message) => {
    expect(() => parseOptions([argument])).toThrow(OptionError)
    expect(() => parseOptions([argument])).toThrow(message)
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
