import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { runCli } from '../factories/cli.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { client } from '../rfc/client.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const system = withSystem()
const { request: okta } = client(system, 'OKTA_PROVISIONING')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-direct-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function rolecall(...args: string[]) {
  const { code, stdout, stderr } = await runCli([...args, '--data-dir', folder])
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return stdout
}
const show = async (type: string, name: string) => JSON.parse(await rolecall(type, 'show', name, '--output', 'json'))

test("Okta's next PUT of the user it has read wins for what it sends, and what it leaves be stays marked (OKT-1)", async () => {
  const profile = { title: 'Analyst', [ENTERPRISE]: { defaultRole: 'ANALYST', defaultWarehouse: 'WH' } }
  const { id } = (await okta('POST', '/Users', newUser('isaac@example.com', profile))).body
  const set = ['title=Chief', `${SNOWFLAKE}:defaultRole=SYSADMIN`, 'nickName=Zac'].flatMap((one) => ['--set', one])
  await rolecall('user', 'alter', 'isaac@example.com', ...set)
  const altered = await show('user', 'isaac@example.com')
  expect(altered).toMatchObject({ title: 'Chief', [SNOWFLAKE]: { defaultRole: 'SYSADMIN', defaultWarehouse: 'WH' } })
  expect(Object.keys(altered.directChanges).sort()).toEqual(['nickName', 'title', `${SNOWFLAKE}:defaultRole`])

  const { body: read } = await okta('GET', `/Users/${id}`)
  expect([read.title, read[ENTERPRISE].defaultRole]).toEqual(['Chief', 'SYSADMIN'])
  const { status, body } = await okta('PUT', `/Users/${id}`, { ...read, ...profile })
  expect(status).toBe(200)
  expect(body).toMatchObject({ ...profile, nickName: 'Zac' })
  const after = await show('user', 'isaac@example.com')
  expect(Object.keys(after.directChanges)).toEqual(['nickName'])
  expect(after.owner).toBe('OKTA_PROVISIONER')

  await okta('PUT', `/Users/${id}`, newUser('isaac@example.com', profile))
  const last = await show('user', 'isaac@example.com')
  expect([last.nickName, last.directChanges]).toEqual([undefined, undefined])
})

test("Okta's next membership push wins over members changed by hand (OKT-2)", async () => {
  const own = (await okta('POST', '/Users', newUser('own@example.com'))).body.id
  await okta('POST', '/Users', newUser('foreign@example.com'))
  const { id } = (await okta('POST', '/Groups', newGroup('Push', { members: [{ value: own }] }))).body
  await rolecall('role', 'grant', 'push', '--user', 'foreign@example.com')
  expect(Object.keys((await show('role', 'push')).directChanges)).toEqual(['members'])
  const push = patchOf({ op: 'replace', path: 'members', value: [{ value: own }] })
  expect((await okta('PATCH', `/Groups/${id}`, push)).status).toBe(200)
  const after = await show('role', 'push')
  expect([after.members.map(({ value }: { value: string }) => value), after.directChanges]).toEqual([[own], undefined])
})

test('a user disabled by hand is enabled by the next PATCH of Okta that says so', async () => {
  const { id } = (await okta('POST', '/Users', newUser('paused@example.com'))).body
  await rolecall('user', 'disable', 'paused@example.com')
  expect((await okta('GET', `/Users/${id}`)).body.active).toBe(false)
  const { body } = await okta('PATCH', `/Users/${id}`, patchOf({ op: 'replace', value: { active: true } }))
  expect(body.active).toBe(true)
  expect(await show('user', 'paused@example.com')).not.toHaveProperty('directChanges')
})
