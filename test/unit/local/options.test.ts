import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chosenEngine } from '../../../local/environment.ts'
import { OptionError, parseOptions } from '../../../local/options.ts'

const ROOT = resolve(import.meta.dirname, '..', '..', '..')

describe('parseOptions()', () => {
  test('keeps data in .rolecall of the project and listens on 8080 unless told otherwise', () => {
    const folder = join(ROOT, '.rolecall')
    const switches = { memory: false, newTokens: false, demo: false, throttled: false, help: false }
    const region = { regions: 1, lagMs: 2000 }
    expect(parseOptions([])).toEqual({ ...switches, ...region, port: 8080, readyFile: undefined, folder })
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
    const region = { regions: 1, lagMs: 2000 }
    const paths = { readyFile: resolve('r.json'), folder: resolve('d') }
    expect(parseOptions(args)).toEqual({ ...switches, ...region, ...paths, port: 0 })
  })

  test.each([
    ['0', 0],
    ['500ms', 500],
    ['2s', 2000],
    ['1m', 60_000],
  ])('two regions have a lag between them: %s', (lag, lagMs) => {
    expect(parseOptions(['--regions', '2', '--lag', lag])).toMatchObject({ regions: 2, lagMs })
  })

  test.each([
    [['--regions=2', '--demo'], '--demo plays in one region: leave out --regions 2'],
    [['--lag=1s'], '--lag "1s": nothing is on its way with one region, add --regions 2'],
    ...['3', '0', '', 'two'].map((count) => [[`--regions=${count}`], `--regions "${count}": expected 1 or 2`]),
    ...['2', '-1s', '1h', '1.5s', '', '99999ms', '0x'].map((lag) => [
      ['--regions=2', `--lag=${lag}`],
      `--lag "${lag}": expected a time as 500ms, 2s or 1m, or 0`,
    ]),
  ] as [string[], string][])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(new OptionError(message))
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
