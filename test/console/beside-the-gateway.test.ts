import { expect, test } from 'vitest'
import { openSession, sendRaw } from '../factories/console.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()

/** Every place of the page is one document. */
test.each([
  ...['/', '/timeline/1', '/users', '/users/1', '/roles', '/roles/1', '/integrations', '/integrations/OKTA/setup'],
  ...['/drift', '/health', '/?last=1h', '/users?q=ada'],
])('%s is the page', async (target) => {
  const { status, headers, body } = await sendRaw(system.adminUrl, { target })
  expect([status, headers['content-type'], body.slice(0, 15)]).toEqual([
    200,
    'text/html; charset=utf-8',
    '<!doctype html>',
  ])
})

test.each<[string, string, number, string]>([
  ['GET', '/events', 403, 'Access denied'],
  ['GET', '/admin/users', 403, 'Access denied'],
  ['POST', '/admin/undo', 403, 'Access denied'],
  ['GET', '/scim/v2/Users', 401, 'The bearer token is missing'],
  ['GET', '/scim/v2/users', 401, 'The bearer token is missing'],
  ['GET', '/usersx', 404, 'There is no such endpoint'],
  ['GET', '/Users', 404, 'There is no such endpoint'],
  ['GET', '/consolex', 404, 'There is no such endpoint'],
  ['GET', '/%2f', 404, 'There is no such endpoint'],
  ['GET', '//users', 404, 'There is no such endpoint'],
  ['GET', '/%75sers', 404, 'There is no such endpoint'],
  ['GET', 'http://127.0.0.1/users', 404, 'There is no such endpoint'],
])('%s %s stays the gateway’s', async (method, target, expected, detail) => {
  const { status, headers, body } = await sendRaw(system.adminUrl, { method, target })
  expect(headers['content-security-policy']).toBeUndefined()
  expect(headers['x-amzn-requestid']).toMatch(/^[\w-]{36}$/)
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error']
  expect([status, JSON.parse(body)]).toEqual([
    expected,
    { schemas, status: String(expected), detail: expect.stringMatching(new RegExp(`^${detail}`)) },
  ])
})

test('the OAuth metadata of clients is where it was', async () => {
  const { status, headers } = await sendRaw(system.adminUrl, { target: '/.well-known/oauth-authorization-server' })
  expect([status, headers['content-security-policy']]).toEqual([200, undefined])
})

test('the link opens a session, again and again, and the page asks what the CLI asks', async () => {
  const { adminUrl, consoleUrl } = system
  const [first, second] = [await openSession(adminUrl, consoleUrl), await openSession(adminUrl, consoleUrl)]
  expect(second).toEqual(first)
  const get = async (path: string) => {
    const { status, body } = await sendRaw(adminUrl, { target: `/console/api${path}`, headers: first })
    return { status, body: JSON.parse(body) as Record<string, unknown> }
  }
  expect(await get('/session')).toEqual({
    status: 200,
    body: {
      ...{ account: 'default', accounts: ['default'], region: 'us-east-1', url: adminUrl, readOnly: false },
      ...{
        mayWrite: true,
        csrf: first['x-rolecall-csrf'],
        command: './rolecall',
        commandOptions: [],
        version: '0.1.0',
      },
      ...{ principal: expect.any(String), retentionDays: 90 },
    },
  })
  const integrations = await get('/admin/integrations')
  expect([integrations.status, (integrations.body.integrations as object[]).length]).toEqual([200, 3])
  expect(await get('/events?last=5m&account=none')).toMatchObject({ status: 404 })
  const created = await sendRaw(adminUrl, {
    ...{ method: 'POST', target: '/console/api/admin/accounts', body: '{"name":"made-by-page"}' },
    headers: { ...first, 'content-type': 'application/json' },
  })
  expect([created.status, JSON.parse(created.body).account]).toEqual([201, 'made-by-page'])
})

test('without the link the data says what to do', async () => {
  const { status, body } = await sendRaw(system.adminUrl, {
    ...{ target: '/console/api/session', headers: { 'sec-fetch-site': 'same-origin' } },
  })
  expect({ status, body: JSON.parse(body) }).toEqual({
    status: 401,
    body: {
      ...{ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '401' },
      detail: 'This page has no session: open the address that npm start printed behind "Console:"',
    },
  })
})
