import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '../../cost/main.ts')
const run = (...args: string[]) => promisify(execFile)(process.execPath, [MAIN, ...args])

test('a bill names its size, prices and lines, and ends with the month and the first sync', async () => {
  const { stdout } = await run('--users', '5000', '--requests-per-day', '20000', '--firewall')
  const [first, , ...lines] = stdout.trimEnd().split('\n')
  expect(first).toBe('5,000 users, 20,000 requests a day: dollars a month by list prices of us-east-1, November 2026')
  expect(lines).toContainEqual(expect.stringMatching(/^WAF +web ACL +7\.\d\d$/))
  expect(lines.slice(-3)).toEqual([
    '',
    expect.stringMatching(/^ +a month +\d+\.\d\d$/),
    expect.stringMatching(/^ +the first sync, once +\d+\.\d\d$/),
  ])
})

test('what cannot be understood is one sentence, and exit code 2', async () => {
  await expect(run('--users', 'abc')).rejects.toMatchObject({
    ...{ code: 2, stdout: '' },
    stderr: 'Cannot use --users "abc": a whole number from 1 to 10000000\n',
  })
})
