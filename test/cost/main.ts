/** Says what a deployment costs in a month: `npm run cost -- --users 5000 --requests-per-day 20000`. */
import { join } from 'node:path'
import { writeTables } from '../bench/report.ts'
import { billOf, firstSyncBill } from './bill.ts'
import { totalOf } from './line.ts'
import { measuredOperations } from './operations.ts'
import { OptionError, parseOptions, USAGE } from './options.ts'
import { LIST_PRICES } from './prices.ts'
import { costTables, inDollars } from './tables.ts'
import type { Given } from './usage.ts'

const PAGE = join(import.meta.dirname, '../../docs/cost.md')

function main(): void {
  const { size, settings, write, help } = parseOptions(process.argv.slice(2))
  if (help) process.stdout.write(USAGE)
  else if (write) writeTables(PAGE, costTables())
  else process.stdout.write(presentBill({ size, settings, measured: measuredOperations() }))
}

function presentBill(given: Given): string {
  const { users, requestsPerDay } = given.size
  const bill = billOf(given)
  const [services, whats] = [bill.map(({ service }) => service), bill.map(({ what }) => what)]
  const [first, second] = [services, whats].map((texts) => Math.max(...texts.map((text) => text.length)) + 2)
  const row = (service: string, what: string, dollars: number) =>
    `${service.padEnd(first ?? 0)}${what.padEnd(second ?? 0)}${inDollars(dollars).padStart(10)}`
  return `${[
    `${count(users)} users, ${count(requestsPerDay)} requests a day: dollars a month by list prices of ${LIST_PRICES.region}, ${LIST_PRICES.asOf}`,
    '',
    ...bill.map(({ service, what, dollars }) => row(service, what, dollars)),
    '',
    row('', 'a month', totalOf(bill)),
    row('', 'the first sync, once', totalOf(firstSyncBill(given))),
  ].join('\n')}\n`
}

const count = (value: number) => value.toLocaleString('en')

try {
  main()
} catch (error) {
  if (!(error instanceof OptionError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
