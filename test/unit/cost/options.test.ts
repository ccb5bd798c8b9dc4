import { expect, test } from 'vitest'
import { OptionError, parseOptions, USAGE } from '../../cost/options.ts'
import { DEFAULTS, SIZES } from '../../cost/settings.ts'

const parse = (line: string) => parseOptions(line === '' ? [] : line.split(' '))

test('nothing said is the middle size, as it is deployed by default', () => {
  expect(parse('')).toEqual({ size: SIZES.middle, settings: DEFAULTS, write: false, help: false })
})

test('sizes and settings are taken, and four requests for each user where nothing is said of them', () => {
  expect(
    parse(
      '--users 700 --memory-mb=1024 --firewall --allowed-range-kinds 2 --archive --archive-retention-days 400 --no-digests --tracing --followers 2',
    ),
  ).toEqual({
    size: { ...SIZES.middle, users: 700, requestsPerDay: 2800, followers: 2 },
    settings: {
      ...{ ...DEFAULTS, memoryMb: 1024, tracing: true, firewall: true, allowedRangeKinds: 2 },
      ...{ archive: true, archiveRetentionDays: 400, auditDigests: false },
    },
    ...{ write: false, help: false },
  })
  expect(parse('--users 700 --requests-per-day 5').size).toMatchObject({ users: 700, requestsPerDay: 5 })
})

test.each([
  ['--users abc', 'Cannot use --users "abc": a whole number from 1 to 10000000'],
  ['--users 0', 'Cannot use --users "0": a whole number from 1 to 10000000'],
  ['--users', 'Cannot use --users "": a whole number from 1 to 10000000'],
  ['--users=-5', 'Cannot use --users "-5": a whole number from 1 to 10000000'],
  ['--users --firewall', 'Cannot use --users "--firewall": a whole number from 1 to 10000000'],
  ['--memory-mb 1.5', 'Cannot use --memory-mb "1.5": a whole number from 256 to 10240'],
  ['--firewall=yes', 'Cannot use --firewall "yes": it takes no value'],
  ['--user 5', 'Cannot use "--user": npm run cost -- --help shows every option'],
  ['-u 5', 'Cannot use "-u": npm run cost -- --help shows every option'],
  ['5000', 'Cannot use "5000": npm run cost -- --help shows every option'],
  ['--constructor', 'Cannot use "--constructor": npm run cost -- --help shows every option'],
  ['--write --users 3', 'Cannot use --write with other options: docs/cost.md shows sizes of its own'],
])('%s is refused in one sentence', (line, message) => {
  expect(() => parse(line)).toThrow(new OptionError(message))
})

test('the help shows every option', () => {
  for (const name of ['users', 'log-retention-days', 'customer-key', 'write', 'help']) {
    expect(USAGE).toContain(`\n  --${name}`)
  }
})
