import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BACKGROUND_NAMES, type BackgroundName, LAMBDA_NAMES, type LambdaName } from '../../../infra/bundling.ts'
import { createTable } from '../../../local/engine/create-table.ts'
import type { LambdaHandler, LambdaHandlers } from '../../../local/gateway/lambda.ts'
import { type System, startSystem } from '../../../local/system.ts'
import { signRequest } from '../../../shared/auth/sigv4.ts'
import { ENV } from '../../../shared/config.ts'
import { changesHandler } from '../../../shared/http/changes-handler.ts'
import { FolderStore } from '../../../shared/notary/folder-store.ts'
import { notarizeAll } from '../../../shared/notary/notarize.ts'
import { OutOfTime } from '../../../shared/store/deadline.ts'
import { goRound } from '../../../shared/store/rounds.ts'
import { hoursSinceRun, putRun } from '../../../shared/store/run-mark.ts'
import { checkNightly, stateOfCheck } from '../../../shared/watch/nightly.ts'
import { watchAll } from '../../../shared/watch/watch.ts'
import { runSlice, type Work } from '../../../shared/worker/work.ts'
import { lambdaContext } from '../../factories/api-event.ts'
import { engineEndpoint, openTestDb } from '../../factories/engine.ts'
import { type RecordingProxy, startRecordingProxy } from '../../factories/recording-proxy.ts'
import { isAllowed } from '../../infra/iam.ts'

const proxies = new Map<LambdaName | BackgroundName, RecordingProxy>()
let system: System
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-digests-'))
  for (const name of [...LAMBDA_NAMES, ...BACKGROUND_NAMES])
    proxies.set(name, await startRecordingProxy(engineEndpoint()))
  const env = { [ENV.requestLog]: 'off' }
  const options = {
    endpoint: engineEndpoint(),
    tableName: `test-${randomUUID()}`,
    prepare: createTable,
    env,
    driver: false as const,
  }
  system = await startSystem({ ...options, handlers: watchedHandlers })
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await system.stop()
  for (const proxy of proxies.values()) await proxy.close()
})

/** Each function reaches the table through a proxy of its own: it reads its endpoint when it is imported. */
async function watchedHandlers(): Promise<LambdaHandlers> {
  const handlers: Partial<Record<LambdaName, LambdaHandler>> = {}
  for (const name of LAMBDA_NAMES) {
    process.env[ENV.dynamodbEndpoint] = proxies.get(name)?.endpoint ?? ''
    handlers[name] = (await import(`../../../functions/${name}/handler.ts`)).handler
  }
  return handlers as LambdaHandlers
}

const CORE = 'urn:ietf:params:scim:schemas:core:2.0'
const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0'

async function scim(method: string, path: string, body?: object, token = system.tokens.OKTA_PROVISIONING) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  const response = await fetch(`${system.baseUrl}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}

async function admin(method: string, path: string, body?: object) {
  const { region, ...credentials } = system.credentials
  const url = `${system.adminUrl}${path}`
  const text = body && JSON.stringify(body)
  const headers = { 'content-type': 'application/json' }
  const signing = { method, url, headers, service: 'execute-api', region, credentials, ...(text && { body: text }) }
  const response = await fetch(url, { method, headers: await signRequest(signing), ...(text && { body: text }) })
  const answer = await response.text()
  return { status: response.status, body: answer ? JSON.parse(answer) : undefined }
}

const patch = (...Operations: object[]) => ({ schemas: [`${MESSAGES}:PatchOp`], Operations })
const newUser = (userName: string) => ({
  schemas: [`${CORE}:User`],
  userName,
  externalId: `ext#EVENT#${userName}`,
  emails: [{ value: `${userName}@example.com`, primary: true }],
})

async function useUsersAndGroups(): Promise<number[]> {
  const answers = []
  const ids: string[] = []
  for (let n = 0; n < 60; n++) {
    const created = await scim('POST', '/Users', newUser(`user${n}`))
    ids.push(created.body.id)
    if (n === 0) answers.push(created)
  }
  const [first = '', second = ''] = ids
  const members = ids.map((value) => ({ value }))
  const group = await scim('POST', '/Groups', { schemas: [`${CORE}:Group`], displayName: 'Ops', members })
  answers.push(group)
  const at = `/Groups/${group.body.id}`
  answers.push(
    await scim('POST', '/Users', newUser('user0')),
    await scim(
      'PATCH',
      `/Users/${first}`,
      patch({ op: 'replace', path: 'emails[primary eq true].value', value: 'a@b.c' }),
    ),
    await scim('PUT', `/Users/${second}`, { ...newUser('renamed'), externalId: 'other' }),
    await scim('GET', `/Users/${first}`),
    await scim('GET', '/Users?count=10'),
    await scim('GET', '/Users?startIndex=11&count=10'),
    await scim('GET', '/Users?filter=userName%20sw%20%22user1%22'),
    await scim('GET', '/Users?filter=externalId%20eq%20%22other%22'),
    await scim('GET', '/Users?filter=title%20pr'),
    await scim('GET', `/Groups?filter=members.value%20eq%20%22${first}%22`),
    await scim('GET', at),
    await scim('PATCH', at, patch({ op: 'remove', path: `members[value eq "${second}"]` })),
    await scim('PATCH', at, patch({ op: 'replace', path: 'members', value: members })),
    await scim('PATCH', at, patch({ op: 'replace', path: 'displayName', value: 'Operations' })),
    await scim('POST', '/.search', { schemas: [`${MESSAGES}:SearchRequest`], filter: 'id pr', count: 10 }),
    await scim('POST', '/Bulk', {
      schemas: [`${MESSAGES}:BulkRequest`],
      Operations: [
        { method: 'POST', bulkId: 'u', path: '/Users', data: newUser('bulk') },
        {
          method: 'POST',
          bulkId: 'g',
          path: '/Groups',
          data: { schemas: [`${CORE}:Group`], displayName: 'B', members: [{ value: 'bulkId:u' }] },
        },
        { method: 'DELETE', path: `/Users/${ids[5]}` },
      ],
    }),
    await scim('DELETE', `/Users/${first}`),
    await scim('DELETE', at),
    await scim('GET', at),
    await scim('GET', '/Schemas'),
    await scim('GET', '/Users', undefined, 'nonsense'),
  )
  return answers.map(({ status }) => status)
}

async function changeByHand(): Promise<{ status: number }[]> {
  const members = [{ value: (await admin('GET', '/admin/users/user7')).body.id }]
  const title = patch({ op: 'replace', path: 'title', value: 'CTO' })
  const role = { schemas: [`${CORE}:Group`], displayName: 'By hand', members }
  return [
    await admin('POST', '/admin/users', newUser('by-hand')),
    await admin('POST', '/admin/roles?dryRun=true', role),
    await admin('POST', '/admin/roles', role),
    await admin('PATCH', '/admin/users/user7?dryRun=true', title),
    await admin('PATCH', '/admin/users/user7', title),
    await admin('PATCH', '/admin/roles/By%20hand', patch({ op: 'remove', path: 'members' })),
    await admin('POST', '/admin/ownership', { to: 'ADMIN', users: ['user7'], roles: ['By hand'] }),
    await admin('POST', '/admin/ownership', { to: 'ADMIN', ownedBy: 'OKTA_PROVISIONER', dryRun: true }),
    await admin('GET', '/admin/ownership'),
    await admin('DELETE', '/admin/users/by-hand'),
    await admin('DELETE', '/admin/roles/By%20hand'),
  ]
}

/** What a console asks of users, roles and the account. */
async function lookAround(): Promise<{ status: number }[]> {
  const answers = [
    await admin('GET', '/admin/users?q=user1&limit=5'),
    await admin('GET', '/admin/users?q=ext%23EVENT%23user2&active=true'),
    await admin('GET', '/admin/users?owner=OKTA_PROVISIONER&active=false'),
    await admin('GET', '/admin/users?role=B&limit=5'),
    await admin('GET', '/admin/roles?q=b'),
    await admin('GET', '/admin/users/user7/roles'),
    await admin('GET', '/admin/roles/B/members'),
    await admin('GET', '/admin/roles/B/members?q=bulk'),
    await admin('GET', '/admin/whoami'),
    await admin('POST', '/admin/whoami'),
    await admin('GET', '/admin/health'),
  ]
  for (let next = ''; next !== undefined; next = answers.at(-1)?.body.next)
    answers.push(await admin('GET', `/admin/invariants${next && `?next=${next}`}`))
  expect(answers.flatMap(({ body }) => body?.violations ?? [])).toEqual([])
  return answers
}

/** A client fetches a token of an hour with its secret, reads with it, and is refused once it is gone. */
async function useOAuth(): Promise<{ status: number }[]> {
  const at = '/admin/integrations/EXTRA/oauth'
  const enabled = await admin('POST', at, {})
  const { clientId, clientSecret } = enabled.body
  const ask = async (secret: string) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
    const body = new URLSearchParams(form).toString()
    const response = await fetch(new URL('/oauth2/token', system.baseUrl), { method: 'POST', headers, body })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }
  const granted = await ask(clientSecret)
  expect([granted.status, (await ask('wrong')).status]).toEqual([200, 401])
  return [
    await scim('GET', '/Users?count=1', undefined, granted.body.access_token),
    await admin('POST', `${at}/rotate`, {}),
    await admin('GET', at),
    await admin('DELETE', at),
  ]
}

async function administer(): Promise<number[]> {
  const integration = { name: 'EXTRA', clientKind: 'GENERIC' }
  const created = await admin('POST', '/admin/integrations', integration)
  const issued = await admin('POST', '/admin/integrations/EXTRA/tokens', { name: 'first' })
  const answers = [
    created,
    issued,
    await admin('POST', '/admin/integrations/EXTRA/release', { for: '1h' }),
    await admin('GET', '/admin/integrations'),
    await admin('GET', '/admin/integrations/EXTRA/tokens'),
    await admin('GET', '/admin/tokens'),
    await admin('PATCH', `/admin/tokens/${issued.body.tokenId}`, { name: 'renamed' }),
    await admin('POST', `/admin/tokens/${issued.body.tokenId}/rotate`, {}),
    await admin('PATCH', '/admin/integrations/EXTRA', { enabled: false }),
    await admin('PATCH', '/admin/integrations/EXTRA', { enabled: true }),
    await admin('DELETE', `/admin/tokens/${issued.body.tokenId}`),
    await admin('PATCH', '/admin/provisioners/SPARE', { grant: ['createUser'] }),
    await admin('PATCH', '/admin/provisioners/SPARE', { grant: ['monitorUser'] }),
    await admin('POST', '/admin/network-policies', { name: 'OFFICE', blocked: ['198.51.100.1'] }),
    await admin('PATCH', '/admin/integrations/EXTRA', { networkPolicy: 'OFFICE' }),
    await admin('PATCH', '/admin/network-policies/OFFICE', { mode: 'observe' }),
    await admin('GET', '/admin/network-policies'),
    await admin('PATCH', '/admin/integrations/EXTRA', { networkPolicy: null }),
    await admin('DELETE', '/admin/network-policies/OFFICE'),
    await admin('POST', '/admin/accounts', { name: 'spare' }),
    await admin('GET', '/admin/accounts'),
    await admin('PATCH', '/admin/accounts/spare', { separateUserNames: true }),
    await admin('GET', '/admin/accounts/spare'),
    await admin('DELETE', '/admin/accounts/spare'),
    await admin('POST', '/admin/accounts', { name: 'kept' }),
    await admin('POST', '/admin/users?account=kept&dryRun=true', newUser('made')),
    await admin('POST', '/admin/users?account=kept', newUser('made')),
    await admin('GET', '/admin/provisioners'),
    await admin('GET', '/admin/provisioners/SPARE'),
    await admin('PATCH', '/admin/integrations/EXTRA', { role: 'SPARE' }),
    await admin('POST', '/admin/integrations', { ...integration, mode: 'orReplace' }),
    await admin('DELETE', '/admin/integrations/EXTRA/tokens'),
    ...(await useOAuth()),
    await admin('GET', '/admin/users?count=5'),
    await admin('GET', '/admin/users/user7'),
    await admin('GET', '/admin/roles'),
    ...(await lookAround()),
    ...(await changeByHand()),
    await admin('GET', '/events?last=5m&limit=200'),
    await admin('GET', '/events?last=5m&resource=user7'),
    await admin('GET', '/events/counts?last=5m&outcome=changed&purpose=follow'),
    await admin('GET', '/audit/digests'),
    await admin('GET', `/events?purpose=follow&after=${encodeURIComponent(new Date().toISOString())}`),
    await admin('GET', `/events/${(await admin('GET', '/events?last=5m&limit=1')).body.events[0].EVENT_ID}`),
    await scim('GET', '/Users', undefined, issued.body.token),
  ]
  return answers.map(({ status }) => status)
}

/** What a mistake changed, more of it than an event holds, is undone; a role that was deleted comes back. */
async function bringBack(): Promise<unknown[]> {
  const since = new Date(Date.now() - 600_000).toISOString()
  const { body } = await admin('GET', '/admin/users/user9')
  const photos = Array.from({ length: 12 }, (_, n) => ({ value: `https://example.com/${n}/${'x'.repeat(900)}` }))
  const { body: group } = await scim('POST', '/Groups', {
    ...{ schemas: [`${CORE}:Group`], displayName: 'Gone', members: [{ value: body.id, display: 'Nine' }] },
  })
  const answers = [
    await scim('PATCH', `/Users/${body.id}`, patch({ op: 'replace', path: 'photos', value: photos })),
    await scim('DELETE', `/Groups/${group.id}`),
    await admin('POST', '/admin/roles/Gone/undrop?dryRun=true'),
    await admin('POST', '/admin/roles/Gone/undrop'),
    await admin('POST', `/admin/users/${body.id}/undrop`),
  ]
  const undo = { integration: 'OKTA_PROVISIONING', since, force: true }
  for (let next: string | undefined, step = 0; step === 0 || next !== undefined; step++) {
    const answer = await admin('POST', '/admin/undo', { ...undo, ...(next !== undefined && { next }) })
    answers.push(answer)
    next = answer.body.next
  }
  return answers.map(({ status }) => status)
}

const within = (ms: number) => ({ ...lambdaContext(), getRemainingTimeInMillis: () => ms })

/** The stream has rung: changes looks what there is, and the worker does it, each through a proxy of its own. */
async function finishWork(): Promise<void> {
  const at = (name: BackgroundName) => openTestDb(system.db.tableName, { endpoint: proxies.get(name)?.endpoint ?? '' })
  const send = async (work: Work) => {
    const { end } = await runSlice(at('worker'), work, Date.now() + 10_000)
    expect(['done', 'later']).toContain(end)
  }
  await changesHandler({ db: at('changes'), queue: { send } })({ id: 'minute' } as never, within(60_000))
  const watcher = { measure: () => {}, report: (error: unknown) => expect(error).toBeUndefined() }
  // So long after that something is told of every token and every integration.
  for (const days of [0, 180]) {
    const now = new Date(Date.now() + days * 86_400_000)
    await watchAll(at('watch'), now, watcher, Number.POSITIVE_INFINITY)
    await stateOfCheck(at('watch'), now)
    expect(await hoursSinceRun(at('watch'), 'notary', now)).toBe(days * 24)
    await putRun(at('watch'), 'watch', now)
  }
  const later = { ...at('notary'), clock: () => Date.now() + 2 * 3_600_000 }
  await notarizeAll({ db: later, store: new FolderStore(folder), report: watcher.report }, Number.POSITIVE_INFINITY)
  await putRun(later, 'notary', new Date())
  const found: unknown[] = []
  const night = { found: (...finding: unknown[]) => found.push(finding), report: watcher.report }
  expect(await checkNightly(at('check'), new Date(), night, Number.POSITIVE_INFINITY)).toEqual({ checked: 2, left: 0 })
  expect(found).toEqual([])
  for (const name of ['watch', 'changes'] as const) {
    const isCutOff = async () => {
      throw new OutOfTime(false)
    }
    expect(await goRound(at(name), { name, until: Date.now() + 10_000, report: () => {} }, isCutOff)).toBe(2)
  }
}

test('every call a function makes to the table is one that its role allows (SECURITY E1)', async () => {
  const statuses = [...(await useUsersAndGroups()), ...(await administer())]
  await finishWork()
  expect(new Set(await bringBack())).toEqual(new Set([200, 204, 404]))
  expect(statuses.filter((status) => status >= 500)).toEqual([])
  const refused = new Set<string>()
  for (const [name, { accesses }] of proxies) {
    expect([name, accesses.length > 0]).toEqual([name, true])
    for (const { action, key, index } of accesses) {
      if (!isAllowed(name, action, key, index)) refused.add(`${name}: ${action} ${index ? 'gsi1 ' : ''}${key}`)
    }
  }
  expect([...refused]).toEqual([])
})
