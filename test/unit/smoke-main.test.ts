import { execFileSync, type SpawnSyncReturns } from 'node:child_process'
import { expect, test } from 'vitest'

const NOWHERE = 'http://127.0.0.1:9'
const ENV = { PATH: process.env.PATH, HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' }

test.each([
  ['https://scim.example.com', {}, 2, 'The region is not known: give --region or set AWS_REGION\n'],
  [
    'https://scim.example.com',
    { AWS_REGION: 'eu-west-1' },
    1,
    /^No AWS credentials: sign in or give --profile \(.*\)\n$/s,
  ],
])('npm run smoke with --admin-url %s and %j ends with a sentence', (adminUrl, env, code, message) => {
  const args = ['--url', `${NOWHERE}/scim/v2`, '--token', 'T', '--admin-url', adminUrl]
  try {
    execFileSync(process.execPath, ['test/smoke/main.ts', ...args], { env: { ...ENV, ...env }, stdio: 'pipe' })
    expect.unreachable()
  } catch (error) {
    const { status, stderr } = error as SpawnSyncReturns<Buffer>
    expect([status, String(stderr)]).toEqual([
      code,
      typeof message === 'string' ? message : expect.stringMatching(message),
    ])
  }
})
