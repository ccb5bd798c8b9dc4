import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { newToken } from '../../shared/auth/token.ts'
import { ENV } from '../../shared/config.ts'
import { SCIM_METHODS } from '../../shared/http/routes.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { readableItems } from '../factories/canaries.ts'
import { runCli } from '../factories/cli.ts'
import { seedCollection } from '../factories/collection.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { settle } from '../factories/settle.ts'
import { withSystem } from '../factories/system.ts'
import { client } from '../rfc/client.ts'
import { pathOf } from '../rfc/objects.ts'
import { sendWhole } from './answer.ts'
import { everyPath, everywhere } from './attributes.ts'
import { adminSignature } from './credentials.ts'

const { token, tokenId } = newToken()
/** What of the token nobody may find, in whatever form it was sent; the id may be told. */
const secret = token.slice(32, 75)
const found = (text: string): string | undefined => {
  const at = text.toLowerCase().indexOf(secret.slice(0, 12).toLowerCase())
  return at < 0 ? undefined : text.slice(Math.max(0, at - 120), at + 40)
}
/** More than an event lists: the rest of them is kept beside it. */
const MANY = 110

const folder = mkdtempSync(join(tmpdir(), 'rolecall-canaries-'))
const digestFolder = join(folder, 'digests')
const system = withSystem({ env: { [ENV.requestLog]: 'on' }, digestFolder })
const lines: string[] = []
const answers: string[] = []

beforeAll(() => {
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
})
afterAll(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

/** Makes objects of which every attribute is the token, changes them, and takes them away. */
async function storeAndDelete(): Promise<void> {
  const { request } = client(system)
  const seeding = { account: 'default', owner: 'GENERIC_SCIM_PROVISIONER', count: MANY, prefix: 'canary' }
  const ids = await seedCollection(system.db, seeding)
  const made = await request('POST', '/Users', { ...newUser('holder'), ...everywhere(RESOURCE_TYPES.User, token) })
  expect([made.status, made.body.title]).toEqual([201, token])
  const path = pathOf(made.body.meta.location)
  const again = everyPath(RESOURCE_TYPES.User).filter((one) => !one.startsWith('x509'))
  const changes = again.map((attribute) => ({ op: 'add', path: attribute, value: `${token} again` }))
  expect((await request('PATCH', path, patchOf(...changes))).status).toBe(200)
  const members = [made.body.id, ...ids].map((value) => ({ value, display: token }))
  const asGroup = { ...everywhere(RESOURCE_TYPES.Group, token), ...newGroup('Holders', { members }) }
  const large = await request('POST', '/Groups', asGroup)
  const small = await request('POST', '/Groups', newGroup('Few', { members: members.slice(0, 3) }))
  expect([large.status, small.status]).toEqual([201, 201])
  await settle(system.db)
  const remove = patchOf({ op: 'remove', path: 'members', value: members.slice(3) })
  await request('PATCH', pathOf(large.body.meta.location), remove)
  await request('PATCH', pathOf(small.body.meta.location), patchOf({ op: 'remove', path: 'members' }))
  await settle(system.db)
  await request('PATCH', pathOf(large.body.meta.location), patchOf({ op: 'add', path: 'members', value: members }))
  for (const { body } of [large, small, made]) await request('DELETE', pathOf(body.meta.location))
  await settle(system.db)
}

/** Sends it in every header, by every method, to every kind of caller there is. */
async function sendAround(): Promise<void> {
  const sign = adminSignature(system.credentials)
  const names = ['cookie', 'referer', 'accept', 'accept-language', 'content-type', 'origin', 'x-request-id', 'if-match']
  const further = ['user-agent', 'x-amzn-trace-id', 'x-forwarded-for', 'proxy-authorization', token.toLowerCase()]
  const headers = Object.fromEntries([...names, ...further].map((name) => [name, token]))
  const basic = `Basic ${btoa(`${token}:${token}`)}`
  const form = `grant_type=client_credentials&client_id=${tokenId}&client_secret=${token}&client_assertion=${token}&scope=${token}`
  const good = `Bearer ${system.tokens.GENERIC_PROVISIONING}`
  const body = JSON.stringify({
    name: token,
    comment: token,
    [token]: token,
    clientKind: token,
    to: token,
    users: [token],
  })
  for (const method of SCIM_METHODS) {
    const hasBody = method !== 'GET' && method !== 'DELETE'
    const sent = { method, ...(hasBody && { body }) }
    for (const path of [
      '/Users',
      `/Users/${token}`,
      `/${token}/Users`,
      '/Bulk',
      `/Schemas/${token}?${token}=${token}`,
    ]) {
      const url = `${system.baseUrl}${path}`
      answers.push(JSON.stringify(await sendWhole({ ...sent, url, headers: { ...headers, authorization: good } })))
      answers.push(JSON.stringify(await sendWhole({ ...sent, url, headers: { ...headers, authorization: basic } })))
      answers.push(JSON.stringify(await sendWhole({ ...sent, url, headers: { authorization: `Bearer ${token}` } })))
    }
    for (const route of ['integrations', 'tokens', 'users', 'roles', 'network-policies', 'provisioners', 'accounts']) {
      const url = `${system.adminUrl}/admin/${route}/${token}?account=default&q=${token}`
      const asked = { ...sent, url, headers: { 'content-type': 'application/json', 'user-agent': token } }
      answers.push(JSON.stringify(await sendWhole({ ...asked, headers: { ...asked.headers, ...(await sign(asked)) } })))
    }
    const url = `${system.adminUrl}/oauth2/token?client_secret=${token}`
    const asForm = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const authorization of [basic, `Bearer ${token}`, '']) {
      const all = { ...asForm, ...(authorization && { authorization }) }
      answers.push(JSON.stringify(await sendWhole({ method, url, headers: all, ...(hasBody && { body: form }) })))
    }
  }
  for (const name of [
    'name',
    'comment',
    'networkPolicy',
    'role',
    'clientKind',
    'account',
    'life',
    'allowed',
    'actions',
  ]) {
    for (const path of ['integrations', 'network-policies', 'accounts', 'ownership', 'undo', 'users', 'roles']) {
      const sent = { method: 'POST', url: `${system.adminUrl}/admin/${path}`, body: JSON.stringify({ [name]: token }) }
      const asked = { ...sent, headers: { 'content-type': 'application/json' } }
      answers.push(JSON.stringify(await sendWhole({ ...asked, headers: { ...asked.headers, ...(await sign(asked)) } })))
    }
  }
}

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true })
    .map((name) => join(path, String(name)))
    .filter((file) => statSync(file).isFile())

test('I1 a token that a client put anywhere stands nowhere once its objects are gone: no event, history, file or line', async () => {
  await storeAndDelete()
  await sendAround()
  await settle(system.db)
  const items = await readableItems(system.db)
  expect(items.length).toBeGreaterThan(300)
  expect(items.flatMap((item) => found(JSON.stringify(item)) ?? [])).toEqual([])
  expect(lines.length).toBeGreaterThan(100)
  expect(lines.flatMap((line) => found(line) ?? [])).toEqual([])
  expect(answers.flatMap((answer) => found(answer) ?? [])).toEqual([])
  const file = join(folder, 'audit.sqlite')
  const asked = [
    ['event-history', '--limit', '1000', '--output', 'json'],
    ['changes', '--output', 'json'],
    ['export', file],
    ['token', 'list', '--output', 'json'],
    ['integration', 'list', '--output', 'json'],
  ]
  for (const args of asked) {
    const { code, stdout, stderr } = await runCli([...args, '--data-dir', folder])
    expect([args, code, found(stdout), found(stderr)]).toEqual([args, 0, undefined, undefined])
  }
  for (const path of filesIn(folder)) expect([path, found(readFileSync(path, 'latin1'))]).toEqual([path, undefined])
})
