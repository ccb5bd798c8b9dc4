import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle, LAMBDA_NAMES, type LambdaName } from '../../../infra/bundling.ts'
import { leniently, type Surroundings, toProxyEvent } from '../../../local/gateway/proxy-event.ts'
import { routeMatcher } from '../../../local/gateway/route-match.ts'
import { loadGatewayModel } from '../../../local/synthesis/gateway-model.ts'
import { withSystem } from '../../factories/system.ts'

const match = routeMatcher((await loadGatewayModel()).routes)
const bundles = new Map<LambdaName, Awaited<ReturnType<typeof bundle>>>()

const system = withSystem()
let authorizer: Record<string, string>

beforeAll(async () => {
  for (const name of LAMBDA_NAMES) bundles.set(name, await bundle(name))
})
afterAll(() => {
  for (const built of bundles.values()) built.dispose()
})

/** What a Lambda does: imports the bundle, calls its handler, with the prototype trap taken out. */
const RUN = `
  const { provideRuntime, ResponseStream } = await import(process.argv[3])
  provideRuntime()
  const { handler } = await import(process.argv[1])
  const context = { awsRequestId: 'r1', getRemainingTimeInMillis: () => 10000 }
  const run = async () => handler(JSON.parse(process.argv[2]), context)
  const answer = await run().catch((error) => ({ failed: error.message }))
  const { text } = await import('node:stream/consumers')
  const metadata = async (stream) => JSON.parse((await text(stream)).split('\\0'.repeat(8))[0])
  const told = answer instanceof ResponseStream ? await metadata(answer) : answer
  process.stdout.write('\\n' + JSON.stringify(told))`
const RUNTIME = join(import.meta.dirname, '..', '..', '..', 'local', 'gateway', 'lambda-runtime.ts')

const run = async (name: LambdaName, event: unknown) => (await runLogged(name, event)).answer

/** What a bundle answers, and the lines that it wrote before. */
async function runLogged(name: LambdaName, event: unknown) {
  const path = bundles.get(name)?.path ?? ''
  const args = ['--disable-proto=delete', '--input-type=module', '-e', RUN, path, JSON.stringify(event), RUNTIME]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: process.env })
  const [answer = '', ...lines] = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .toReversed()
  return { answer: answer as Record<string, unknown>, lines: lines.toReversed() }
}

function eventOf(method: string, path: string, body?: object, more: Partial<Surroundings> = {}) {
  const found = match(path)
  if (!found) throw new Error(`No route for ${path}`)
  const around = { requestId: 'r1', stage: 'prod', receivedAt: new Date(), host: 'scim.example.com', ...more }
  const token = `Bearer ${system.tokens.OKTA_PROVISIONING}`
  const headers = [
    ['Authorization', token],
    ['Content-Type', 'application/scim+json'],
  ] as const
  const request = { method, path, search: '', headers, sourceIp: '127.0.0.1' }
  return toProxyEvent(request, found, around, leniently, Buffer.from(body ? JSON.stringify(body) : ''))
}

test('the bundled authorizer lets a token in and keeps another out', async () => {
  const event = { type: 'REQUEST', methodArn: 'arn', ...eventOf('GET', '/scim/v2/Users') }
  const answer = await run('authorizer', event)
  expect(answer).toMatchObject({
    principalId: expect.any(String),
    policyDocument: { Statement: [{ Effect: 'Allow' }] },
  })
  authorizer = { ...(answer.context as Record<string, string>), principalId: String(answer.principalId) }
  const wrong = { ...event, headers: { Authorization: 'Bearer x' }, multiValueHeaders: { Authorization: ['Bearer x'] } }
  expect(await run('authorizer', wrong)).toEqual({ failed: 'Unauthorized' })
})

const USER = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'ada@example.com' }
const GROUP = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Ops' }
const SEARCH = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'userName sw "ada"' }
const BULK = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  Operations: [{ method: 'POST', bulkId: 'b', path: '/Users', data: { ...USER, userName: 'bob@example.com' } }],
}

test.each([
  ['users', 'POST', '/scim/v2/Users', USER, 201],
  ['groups', 'POST', '/scim/v2/Groups', GROUP, 201],
  ['group-reads', 'GET', '/scim/v2/Groups', undefined, 200],
  ['search', 'POST', '/scim/v2/.search', SEARCH, 200],
  ['bulk', 'POST', '/scim/v2/Bulk', BULK, 200],
  ['discovery', 'GET', '/scim/v2/Schemas', undefined, 200],
] as const)('the bundle of %s serves %s %s', async (name, method, path, body, status) => {
  expect(await run(name, eventOf(method, path, body, { authorizer }))).toMatchObject({ statusCode: status })
})

test('the bundles of admin and events serve signed callers, and events an invocation too', async () => {
  const iam = { userArn: 'arn:aws:iam::000000000000:user/ada' }
  expect(await run('admin', eventOf('GET', '/admin/integrations', undefined, { iam }))).toMatchObject({
    statusCode: 200,
  })
  expect(await run('events', eventOf('GET', '/events', undefined, { iam }))).toMatchObject({ statusCode: 200 })
  expect(await run('events', { last: '5m' })).toMatchObject({ events: expect.any(Array) })
})

test.each(['users', 'group-reads', 'discovery'] as const)(
  'an error in the bundle of %s names our files and lines',
  async (name) => {
    const event = { ...eventOf('GET', '/scim/v2/Users', undefined, { authorizer }), path: null }
    const { lines } = await runLogged(name, event)
    const [{ level, stack }] = lines
    const [, file = '', line] = /\n +at \S+ \((shared\/[\w/-]+\.ts):(\d+)\)/.exec(stack) ?? []
    expect([level, file]).toEqual(['ERROR', 'shared/http/api-request.ts'])
    expect(readFileSync(file, 'utf8').split('\n')[Number(line) - 1]).toContain('event.path.replace')
    expect(stack).not.toContain('index.mjs')
  },
)
