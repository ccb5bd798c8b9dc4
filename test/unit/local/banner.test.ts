import { expect, test } from 'vitest'
import { banner } from '../../../local/banner.ts'
import { DATA_FOLDER } from '../../../local/folders.ts'

const SYSTEM = {
  baseUrl: 'http://127.0.0.1:8081/scim/v2',
  adminUrl: 'http://127.0.0.1:8081',
  consoleUrl: 'http://127.0.0.1:8081/?link=secret',
  tokens: { OKTA_PROVISIONING: 'rolecall_okta', AZURE_PROVISIONING: 'rolecall_azure' },
  withoutToken: {},
  replaced: {},
}
const HISTORY = './rolecall event-history --last 5m --limit 200'

test('the console is told first', () => {
  const text = banner(SYSTEM, { folder: DATA_FOLDER, data: 'folder', elsewhere: undefined })
  expect(text.split('\n').find((line) => line !== '')).toBe('Console: http://127.0.0.1:8081/?link=secret')
})

test("a system with the project's own data needs no more to be found", () => {
  const text = banner(SYSTEM, { folder: DATA_FOLDER, data: 'folder', elsewhere: undefined })
  expect(text).toContain(`\n  ${HISTORY}\n`)
  expect(text).toContain('(the same after a restart, new ones with --new-tokens)')
  expect(text).toContain('\n  OKTA_PROVISIONING     rolecall_okta\n  AZURE_PROVISIONING    rolecall_azure\n')
})

test('hints name the data folder where it is another', () => {
  const text = banner(SYSTEM, { folder: '/d/Ada x', data: 'folder', elsewhere: undefined })
  expect(text).toContain(`\n  ${HISTORY} --data-dir '/d/Ada x'\n`)
})

test('hints name the address where another system may have the data folder', () => {
  const memory = banner(SYSTEM, { folder: DATA_FOLDER, data: 'memory', elsewhere: undefined })
  expect(memory).toContain(`\n  ${HISTORY} --url http://127.0.0.1:8081\n`)
  expect(memory).toContain('(for as long as it runs)')
  const elsewhere = banner(SYSTEM, { folder: '/d', data: 'elsewhere', elsewhere: 'table t at http://db' })
  expect(elsewhere).toContain(`\n  ${HISTORY} --url http://127.0.0.1:8081 --data-dir /d\n`)
  expect(elsewhere).toContain('Data is kept in table t at http://db.\n')
})

test('a token that had to be replaced is told with the reason', () => {
  const system = { ...SYSTEM, replaced: { AZURE_PROVISIONING: 'the kept one no longer works' } }
  const text = banner(system, { folder: DATA_FOLDER, data: 'folder', elsewhere: undefined })
  expect(text).toContain(
    '\n  OKTA_PROVISIONING     rolecall_okta\n  AZURE_PROVISIONING    rolecall_azure  (new: the kept one no longer works)\n',
  )
})

test('an integration without a token is told with the reason, and the first request takes a token there is', () => {
  const system = {
    ...SYSTEM,
    tokens: { AZURE_PROVISIONING: 'rolecall_azure' },
    withoutToken: { OKTA_PROVISIONING: 'It has ten' },
  }
  const text = banner(system, { folder: '/d', data: 'folder', elsewhere: undefined })
  expect(text).toContain(
    '\n  OKTA_PROVISIONING     none: It has ten, see "./rolecall token list OKTA_PROVISIONING --data-dir /d"\n',
  )
  expect(text).toContain("curl -sS http://127.0.0.1:8081/scim/v2/Users -H 'Authorization: Bearer rolecall_azure'")
  const none = banner({ ...system, tokens: {} }, { folder: '/d', data: 'folder', elsewhere: undefined })
  expect(none).not.toContain('curl')
})

test('two regions are told with their roles and their own addresses', () => {
  const regions = [
    { name: 'eu-central-1', primary: true, adminUrl: 'http://127.0.0.1:9001' },
    { name: 'eu-west-1', primary: false, adminUrl: 'http://127.0.0.1:9002' },
  ].map((region) => ({ ...region, baseUrl: `${region.adminUrl}/scim/v2`, dynamodbEndpoint: '', tableName: '' }))
  const setting = { folder: '/d', data: 'memory', elsewhere: undefined } as const
  const lines = (lagMs: number) => {
    const text = banner({ ...SYSTEM, regions, lagMs }, setting).split('\n\n')
    return text.find((part) => part.startsWith('Two regions'))?.split('\n')
  }
  const table = [
    '  eu-central-1          primary    http://127.0.0.1:9001/scim/v2',
    '  eu-west-1             secondary  http://127.0.0.1:9002/scim/v2',
  ]
  const begin = 'Two regions; http://127.0.0.1:8081 leads to the primary one, and items reach the other'
  expect(lines(2000)).toEqual([`${begin} after 2 s, give or take half of it:`, ...table])
  expect(lines(0)).toEqual([`${begin} at once:`, ...table])
})
