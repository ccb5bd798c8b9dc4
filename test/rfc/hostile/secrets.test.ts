import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newToken } from '../../../shared/auth/token.ts'
import { ENV } from '../../../shared/config.ts'
import { eventsHandler } from '../../../shared/http/events-handler.ts'
import { putEvent } from '../../../shared/store/events/write.ts'
import { ADMIN_ARN, apiEvent, lambdaContext } from '../../factories/api-event.ts'
import { findCanary } from '../../factories/canaries.ts'
import { testConfig } from '../../factories/engine.ts'
import { scanEvents } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'
import { type Body, client, type Request } from '../client.ts'
import { givenGroup, givenUser, pathOf, unique } from '../objects.ts'

const { token } = newToken()
/** What of the token nobody may find, in whatever form it was sent. */
const secret = token.slice(32, 75)
const FILTERS = [
  ...['password eq "c4nary"', 'PASSWORD sw "c4nary', 'password c4nary', 'password "c4nary"', 'password eq c4nary)'],
  ...['title pr and not (password co "a\\"c4nary") and', '"c4nary" eq password', `password eq "${token}"`],
  ...['urn:ietf:params:scim:schemas:core:2.0:User:password gt "c4nary"', 'emails[password eq "c4nary"].value pr'],
  ...[`${'title pr and '.repeat(12)}password "c4nary"`, `userName eq "${token}" and (`, `id eq ${token}`],
]
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'

const system = withSystem({ env: { [ENV.requestLog]: 'on' } })
let request: Request
let user: Body
let group: Body
const answers: string[] = []
const lines: string[] = []

beforeAll(async () => {
  const { request: send } = client(system)
  request = async (...call) => {
    const answer = await send(...call)
    answers.push(JSON.stringify(answer))
    return answer
  }
  user = await givenUser(send)
  group = await givenGroup(send, [user.id])
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
})
afterAll(() => {
  vi.restoreAllMocks()
})

const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`

/** Sends secrets to every place of a SCIM request that takes text. */
async function sendEverywhere(): Promise<void> {
  const [userPath, groupPath] = [pathOf(user.meta.location), pathOf(group.meta.location)]
  for (const filter of FILTERS) {
    await request('GET', `/Users${query({ filter })}`)
    await request('GET', `/Groups${query({ filter, sortBy: filter })}`)
    await request('GET', `/Users${query({ sortBy: filter, attributes: filter, sortOrder: token, count: token })}`)
    await request('POST', '/.search', { schemas: [SEARCH], filter, sortBy: filter })
    await request('POST', '/Users/.search', { schemas: [SEARCH], filter })
    for (const path of [filter, `emails[${filter}]`, `password[${filter}]`, `members[${filter}]`]) {
      await request('PATCH', userPath, patchOf({ op: 'replace', path, value: 'x' }))
      await request('PATCH', groupPath, patchOf({ op: 'remove', path }))
    }
  }
  await request('PATCH', userPath, patchOf({ op: token, path: token, value: token }))
  for (const value of [['c4nary'], { value: 'c4nary' }, 'c4nary\u0000']) {
    await request('PATCH', userPath, patchOf({ op: 'replace', path: 'password', value }))
    await request('POST', '/Users', newUser(unique('c'), { password: value }))
    await request('PUT', userPath, newUser(user.userName, { password: value }))
  }
  for (const path of ['Users', 'Groups', 'Schemas', 'ResourceTypes', 'Nowhere', 'Me']) {
    await request('GET', `/${path}/${token}`)
    await request('DELETE', `/${path}/${token.replaceAll('_', '%5F')}`)
    await request('GET', `/${path}/${token.replaceAll('_', '%255F')}%25`)
    await request('GET', `/${path}${query({ access_token: token, token: 'c4nary', password: 'c4nary', [token]: 'x' })}`)
  }
  await request('GET', `/${token}`)
  await request('GET', '/Users', undefined, { 'User-Agent': `agent ${token}`, 'If-None-Match': token })
  await request('GET', '/Users', undefined, { 'User-Agent': `agent ${token.replaceAll('_', '%5F')} 100%` })
  await request('PATCH', userPath, patchOf({ op: 'add', path: 'title', value: 'x' }), { 'If-Match': `W/"${token}"` })
  await request('POST', '/Users', 'c4nary', { 'Content-Type': `text/${token}` })
  await request('POST', '/Groups', newGroup(unique('g'), { members: [{ value: token }] }))
  await request('POST', '/Groups', { schemas: [token], displayName: 'x' })
  await request('POST', '/Bulk', {
    schemas: [BULK],
    Operations: [
      ...[
        { method: token, path: '/Users' },
        { method: 'DELETE', path: `/Users/${token}` },
      ],
      ...[
        { method: 'GET', path: `/Users?access_token=${token}` },
        { method: 'PUT', path: `/Users/${token}?x=1` },
      ],
      ...FILTERS.map((filter) => ({ method: 'DELETE', path: `/Users?filter=${filter}` })),
      { method: 'POST', path: '/Users', bulkId: 'b', data: newUser(unique('c'), { manager: `bulkId:${token}` }) },
    ],
  })
}

/** Asks the events function by HTTP and by invocation for what nobody should ask for. */
async function askEverywhere(): Promise<void> {
  const handler = eventsHandler({ config: testConfig(system.db.tableName), db: system.db, putEvent })
  for (const text of [token, 'password eq "c4nary"', 'PASSWORD sw "c4nary', 'password "c4nary"']) {
    for (const name of [
      'resource',
      'account',
      'from',
      'integration',
      'status',
      'type',
      'before',
      'password',
      'filter',
      text,
    ]) {
      const question = { [name]: text }
      const answer = await handler(
        apiEvent({ resource: '/events', query: question, userArn: ADMIN_ARN }),
        lambdaContext(),
      )
      const failure = await Promise.resolve(handler(question, lambdaContext())).catch((error: Error) => error)
      answers.push(JSON.stringify(answer), String(failure))
    }
  }
}

test('I1 tokens and what is compared with passwords are in no event, no log line and no answer, wherever they were sent', async () => {
  await sendEverywhere()
  await askEverywhere()
  const events = await scanEvents(system.db)
  expect(events.length).toBeGreaterThan(250)
  expect(answers.length).toBeGreaterThan(250)
  expect(lines.filter((line) => line.includes('"request"')).length).toBeGreaterThan(200)
  expect(events.flatMap((event) => findCanary(JSON.stringify(event)) ?? [])).toEqual([])
  expect(answers.flatMap((answer) => findCanary(answer) ?? [])).toEqual([])
  expect(lines.flatMap((line) => findCanary(line) ?? [])).toEqual([])
  // However it was encoded: the first letters of the secret stand nowhere.
  const all = [...events.map((event) => JSON.stringify(event)), ...answers, ...lines]
  expect(all.filter((text) => text.includes(secret.slice(0, 12)))).toEqual([])
  // What is left says what happened: the id of a leaked token, and that something was hidden.
  const told = JSON.stringify(events)
  expect(told).toContain(`scim/v2/Users/${token.slice(0, 32)}(masked)`)
  expect(told).toContain('filter=(masked)')
})
