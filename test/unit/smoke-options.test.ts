import { expect, test } from 'vitest'
import { OptionError, parseOptions } from '../smoke/options.ts'

const NEEDED = '--url https://scim.example.com/scim/v2/ --token T'
const parse = (line: string) => parseOptions(line.split(' '))

test('tries a service under names of its own, as Okta unless it is said otherwise', () => {
  expect(parse(`${NEEDED} --admin-url https://scim.example.com --client azure --region eu-west-1`)).toEqual({
    ...{ help: false, isCleaning: false, url: 'https://scim.example.com/scim/v2', token: 'T', client: 'AZURE' },
    ...{ adminUrl: 'https://scim.example.com', account: undefined, burst: undefined, signed: { region: 'eu-west-1' } },
    prefix: expect.stringMatching(/^smoke-[0-9a-f]{8}-$/),
  })
  expect(parse(NEEDED).client).toBe('OKTA')
  expect(parse(`${NEEDED} --throttle 400`).burst).toBe(400)
  expect(parse(`${NEEDED} --clean smoke-0123abcd-`)).toMatchObject({ prefix: 'smoke-0123abcd-', isCleaning: true })
})

test.each([
  ['--token T', 'Say which service: --url https://HOST/scim/v2'],
  ['--url https://scim.example.com/scim/v2', 'Say who asks: --token TOKEN'],
  ['--url scim.example.com --token T', 'Cannot use --url "scim.example.com": an address, https://...'],
  [`${NEEDED} --client PING`, 'Cannot use --client "PING": one of OKTA, AZURE, GENERIC'],
  [`${NEEDED} --throttle all`, `Cannot use --throttle "all": a number of requests, more than a client's burst`],
  // Everything whose name begins so is deleted.
  [`${NEEDED} --clean a`, 'Cannot use --clean "a": what the first line of an earlier run said, smoke-0123abcd-'],
])('%s is refused in one sentence', (line, message) => {
  expect(() => parse(line)).toThrow(new OptionError(message))
})

test('an option that there is not is refused', () => {
  expect(() => parse(`${NEEDED} --fast`)).toThrow(OptionError)
})
