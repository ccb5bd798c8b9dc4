import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tokenKeeper } from '../../../local/kept-tokens.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-tokens-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const TOKENS = { OKTA_PROVISIONING: 'rolecall_a', AZURE_PROVISIONING: 'rolecall_b' }

test('tokens are kept for their owner only', () => {
  tokenKeeper(folder).keep(TOKENS)
  expect(tokenKeeper(folder).load()).toEqual(TOKENS)
  expect(statSync(join(folder, 'tokens.json')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['tokens.json'])
})

test('each table of each other engine has its own', () => {
  const places = [undefined, 'http://a', 'http://b'].flatMap((endpoint) =>
    ['t1', 't2'].map((tableName) => (endpoint === undefined ? undefined : { endpoint, tableName })),
  )
  const names = places.map((place, i) => {
    tokenKeeper(folder, place).keep({ OKTA_PROVISIONING: String(i) })
    return place
  })
  expect(names.map((place) => tokenKeeper(folder, place).load().OKTA_PROVISIONING)).toEqual([
    '1',
    '1',
    '2',
    '3',
    '4',
    '5',
  ])
})

test.each([
  ['cut', '{"OKTA_PROVISIONING":'],
  ['of another shape', '["x"]'],
  ['with something else in it', '{"OKTA_PROVISIONING":1}'],
  ['empty', ''],
])('a file that is %s holds none, and is written anew', (_name, content) => {
  writeFileSync(join(folder, 'tokens.json'), content, { mode: 0o644 })
  expect(tokenKeeper(folder).load()).toEqual({})
  tokenKeeper(folder).keep(TOKENS)
  expect(tokenKeeper(folder).load()).toEqual(TOKENS)
  expect(statSync(join(folder, 'tokens.json')).mode & 0o777).toBe(0o600)
})

test('where there is no file there are none', () => {
  expect(tokenKeeper(join(folder, 'missing')).load()).toEqual({})
})
