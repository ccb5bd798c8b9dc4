import { beforeAll, expect } from 'vitest'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { settle } from '../factories/settle.ts'
import { carryOut, type Deed, expectedOf } from './deeds.ts'
import { isOfThePage, withConsole } from './with-console.ts'

const { system, test, open, scim, admin } = await withConsole()

const ids = { ada: '', bo: '', cy: '', ops: '', sales: '' }
beforeAll(async () => {
  const user = async (name: string) =>
    (await scim('POST', '/Users', newUser(`${name}@example.com`, { displayName: name, title: 'Engineer' }))).body.id
  const role = async (name: string, ...members: string[]) =>
    (await scim('POST', '/Groups', newGroup(name, { members: members.map((value) => ({ value })) }))).body.id
  ids.ada = await user('ada')
  ids.bo = await user('bo')
  ids.cy = await user('cy')
  ids.ops = await role('Ops', ids.bo)
  ids.sales = await role('Sales')
})

const userNow = (id: () => string, name: string) => async () => {
  const { status, body } = await admin('GET', `/admin/users/${id()}`)
  return status === 404 ? 'gone' : body[name]
}
const ada = (name: string) => userNow(() => ids.ada, name)
const membersOf = (id: () => string) => async () =>
  (await admin('GET', `/admin/roles/${id()}/members`)).body.Resources.map(({ name }: { name: string }) => name)
const roleNow = (id: () => string) => async () => {
  const { status, body } = await admin('GET', `/admin/roles/${id()}?excludedAttributes=members`)
  return status === 404 ? 'gone' : body.displayName
}

const OF_A_USER: readonly Deed[] = [
  {
    ...{ press: ['Disable…'], confirm: 'Disable ada@example.com', command: 'user disable ada@example.com' },
    ...{ told: 'local-admin deactivated ada@example.com directly', asks: ada('active'), becomes: false },
  },
  {
    ...{ press: ['Enable…'], confirm: 'Enable ada@example.com', command: 'user enable ada@example.com' },
    ...{ told: 'local-admin reactivated ada@example.com directly', asks: ada('active'), becomes: true },
  },
  {
    ...{ press: ['More', 'Change an attribute…'], confirm: 'Change title of ada@example.com' },
    fields: { 'Attribute, as SCIM writes paths': 'title', Value: 'Lead' },
    command: 'user alter ada@example.com --set title=Lead',
    ...{ told: 'local-admin changed ada@example.com directly: title is now Lead', asks: ada('title'), becomes: 'Lead' },
  },
  {
    ...{ press: ['Undo…'], confirm: 'Undo this change of ada@example.com', command: 'undo --event ID' },
    ...{
      told: 'local-admin undid a change and so changed title of ada@example.com',
      asks: ada('title'),
      becomes: 'Engineer',
    },
  },
  {
    ...{
      press: ['More', 'Give a role…'],
      confirm: 'Add ada@example.com to role Sales',
      fields: { 'Role: begin': 'Sales' },
    },
    command: 'role grant Sales --user ada@example.com',
    ...{
      told: 'local-admin added ada@example.com to role Sales directly',
      asks: membersOf(() => ids.sales),
      becomes: ['ada@example.com'],
    },
  },
  {
    ...{ press: ['More', 'Transfer ownership…'], confirm: 'Transfer ada@example.com to ADMIN' },
    fields: { 'New owner': 'ADMIN' },
    command: 'ownership transfer --user ada@example.com --to ADMIN',
    ...{
      told: 'local-admin gave user ada@example.com from OKTA_PROVISIONER to ADMIN',
      asks: ada('owner'),
      becomes: 'ADMIN',
    },
  },
  {
    ...{ press: ['More', 'Delete…'], confirm: 'Delete ada@example.com', command: 'user drop ada@example.com' },
    ...{ told: 'local-admin deleted user ada@example.com', asks: ada('userName'), becomes: 'gone' },
  },
]

const RESTORED: readonly Deed[] = [
  {
    ...{ press: ['Restore…'], confirm: 'Restore ada@example.com', count: 2, command: 'user undrop ID' },
    ...{
      told: 'local-admin asked to restore user ada@example.com · local-admin restored user ada@example.com · local-admin undid a deletion and so added ada@example.com to role Sales',
      asks: ada('userName'),
      becomes: 'ada@example.com',
    },
  },
]

test('a user is disabled, enabled, changed, undone, given a role, handed over, deleted and restored', async () => {
  const { page, problems } = await open(`/users/${ids.ada}`)
  expect(await carryOut(page, OF_A_USER)).toEqual(OF_A_USER.map(expectedOf))
  // What was deleted leaves its roles one after the other, and cannot be restored before.
  await settle(system.db)
  expect(await carryOut(page, RESTORED)).toEqual(RESTORED.map(expectedOf))
  expect(problems.filter(isOfThePage)).toEqual([])
})

const OF_A_ROLE: readonly Deed[] = [
  {
    ...{ press: ['More', 'Change an attribute…'], confirm: 'Change displayName of Ops' },
    fields: { 'Attribute, as SCIM writes paths': 'displayName', Value: 'Operations' },
    command: 'role alter Ops --set displayName=Operations',
    ...{
      told: 'local-admin renamed role Ops to Operations directly',
      asks: roleNow(() => ids.ops),
      becomes: 'Operations',
    },
  },
  {
    ...{ press: ['More', 'Add a member…'], confirm: 'Add cy@example.com to role Operations' },
    fields: { 'User: begin': 'cy@example.com' },
    command: 'role grant Operations --user cy@example.com',
    ...{
      told: 'local-admin added cy@example.com to role Operations directly',
      asks: membersOf(() => ids.ops),
      becomes: ['bo@example.com', 'cy@example.com'],
    },
  },
  {
    ...{
      within: '.member-row:has-text("cy@")',
      press: ['Remove cy@example.com…'],
      confirm: 'Remove cy@example.com from role Operations',
    },
    command: 'role revoke Operations --user cy@example.com',
    ...{
      told: 'local-admin removed cy@example.com from role Operations directly',
      asks: membersOf(() => ids.ops),
      becomes: ['bo@example.com'],
    },
  },
  {
    ...{
      press: ['More', 'Transfer ownership…'],
      confirm: 'Transfer Operations to ADMIN',
      fields: { 'New owner': 'ADMIN' },
    },
    command: 'ownership transfer --role Operations --to ADMIN',
    told: 'local-admin gave role Operations from OKTA_PROVISIONER to ADMIN',
    asks: async () => (await admin('GET', `/admin/roles/${ids.ops}`)).body.owner,
    becomes: 'ADMIN',
  },
  {
    ...{ press: ['More', 'Delete…'], confirm: 'Delete Operations', command: 'role drop Operations' },
    ...{
      told: 'local-admin deleted role Operations, which had 1 member',
      asks: roleNow(() => ids.ops),
      becomes: 'gone',
    },
  },
]

const RESTORED_ROLE: readonly Deed[] = [
  {
    ...{ press: ['Restore…'], confirm: 'Restore Operations', command: 'role undrop ID' },
    ...{
      told: 'local-admin asked to restore role Operations · local-admin restored role Operations',
      asks: roleNow(() => ids.ops),
      becomes: 'Operations',
    },
  },
]

test('a role is renamed, given members and robbed of them, handed over, deleted and restored', async () => {
  const { page, problems } = await open(`/roles/${ids.ops}`)
  expect(await carryOut(page, OF_A_ROLE)).toEqual(OF_A_ROLE.map(expectedOf))
  await settle(system.db)
  expect(await carryOut(page, RESTORED_ROLE)).toEqual(RESTORED_ROLE.map(expectedOf))
  expect(problems.filter(isOfThePage)).toEqual([])
})

const integration = (name: string) => async () => (await admin('GET', '/admin/integrations/HR')).body[name] ?? 'none'
const setting = (title: string) => `.setting-row:has(dt:text-is("${title}"))`
const tokens = async () =>
  (await admin('GET', '/admin/integrations/HR/tokens')).body.tokens.map(
    ({ name = '', status, rotatedTo }: Record<string, string>) =>
      `${name.replace(/\d{4}-\d\d-\d\d/, 'DAY')} ${status}${rotatedTo ? ', replaced' : ''}`,
  )

const NEW_INTEGRATION: Deed = {
  ...{ press: ['Add integration…'], confirm: 'Create integration HR' },
  fields: { 'Identity provider': 'custom', Name: 'HR', Role: 'HR_PROVISIONER' },
  command: 'integration create HR --kind GENERIC --role HR_PROVISIONER',
  told: 'local-admin created integration HR',
  asks: async () => (await admin('GET', '/admin/integrations/HR')).status,
  becomes: 200,
}

const OF_AN_INTEGRATION: readonly Deed[] = [
  {
    ...{ within: setting('Comment'), press: ['Change “Comment”…'], confirm: 'Change “Comment” of HR' },
    fields: { Comment: 'The people department' },
    command: "integration alter HR --comment 'The people department'",
    ...{
      told: 'local-admin changed comment of integration HR',
      asks: integration('comment'),
      becomes: 'The people department',
    },
  },
  {
    ...{
      within: setting('Enabled'),
      press: ['Change “Enabled”…'],
      confirm: 'Change “Enabled” of HR',
      fields: { Enabled: 'false' },
    },
    command: 'integration alter HR --enabled false',
    ...{ told: 'local-admin disabled integration HR', asks: integration('enabled'), becomes: false },
  },
  {
    ...{ press: ['Release…'], confirm: 'Release the brake of HR', fields: { 'For how long': '4h' } },
    command: 'integration release HR --for 4h',
    told: 'local-admin released the brake of integration HR for 4 hours',
    asks: async () => typeof (await integration('brakeReleasedUntil')()),
    becomes: 'string',
  },
  {
    ...{ press: ['End the release…'], confirm: 'End the release of HR', command: 'integration release HR --end' },
    ...{
      told: 'local-admin ended the release of the brake of integration HR',
      asks: integration('brakeReleasedUntil'),
      becomes: 'none',
    },
  },
  {
    ...{ within: 'section:has(> .side-head h2:text-is("Network policy"))', press: ['Change network policy…'] },
    ...{ confirm: 'Change network policy of HR', fields: { Policy: 'OFFICE' } },
    command: 'integration alter HR --network-policy OFFICE',
    told: 'local-admin changed networkPolicy of integration HR',
    asks: async () => (await integration('networkPolicy')()).name ?? 'none',
    becomes: 'OFFICE',
  },
  {
    ...{ press: ['Enforce…'], confirm: 'Enforce OFFICE', command: 'network-policy alter OFFICE --mode enforce' },
    told: 'local-admin changed mode of network policy OFFICE',
    asks: async () => (await admin('GET', '/admin/network-policies/OFFICE')).body.mode,
    becomes: 'enforce',
  },
  {
    ...{ press: ['Enable…'], confirm: 'Make an OAuth client for HR', command: 'integration oauth enable HR' },
    ...{
      told: 'local-admin created OAuth client HR',
      asks: async () => typeof (await integration('oauthClient')()),
      becomes: 'string',
    },
  },
  {
    ...{ press: ['Issue a token…'], confirm: 'Issue a token for HR', fields: { Name: 'hr-1' } },
    command: 'token issue HR --name hr-1',
    ...{ told: 'local-admin issued the token hr-1, which lives until DAY', asks: tokens, becomes: ['hr-1 live'] },
  },
  {
    ...{
      press: ['Rename hr-1…'],
      confirm: 'Rename hr-1',
      fields: { Name: 'hr-one' },
      command: 'token rename ID hr-one',
    },
    ...{ told: 'local-admin renamed the token hr-1 to hr-one', asks: tokens, becomes: ['hr-one live'] },
  },
  {
    ...{ press: ['Rotate token hr-one…'], confirm: 'Rotate hr-one', fields: { 'How long': '1d' } },
    command: 'token rotate ID --overlap 1d',
    ...{
      told: 'local-admin rotated the token hr-one and the old one ends on DAY',
      asks: tokens,
      becomes: ['hr-one live, replaced', 'hr-one (DAY) live'],
    },
  },
  {
    ...{ within: '.token-row:has(bdi:text-is("hr-one"))', press: ['Revoke hr-one…'], confirm: 'Revoke hr-one' },
    ...{
      command: 'token revoke ID',
      told: 'local-admin revoked the token hr-one',
      asks: tokens,
      becomes: ['hr-one revoked, replaced', 'hr-one (DAY) live'],
    },
  },
]

const DROPPED: Deed = {
  ...{ press: ['Drop…'], confirm: 'Drop HR', command: 'integration drop HR' },
  ...{
    told: 'local-admin dropped integration HR',
    asks: async () => (await admin('GET', '/admin/integrations/HR')).status,
    becomes: 404,
  },
}

test('an integration is made, altered, disabled, released, given tokens and dropped', async () => {
  await admin('POST', '/admin/network-policies', { name: 'OFFICE', allowed: ['198.51.100.0/24'], mode: 'observe' })
  const { page, problems } = await open('/integrations')
  expect(await carryOut(page, [NEW_INTEGRATION])).toEqual([expectedOf(NEW_INTEGRATION)])
  await page.getByRole('link', { name: 'HR', exact: true }).click()
  expect(await carryOut(page, OF_AN_INTEGRATION)).toEqual(OF_AN_INTEGRATION.map(expectedOf))
  expect(await carryOut(page, [DROPPED])).toEqual([expectedOf(DROPPED)])
  await page.waitForURL(/\/integrations$/)
  expect(problems.filter(isOfThePage)).toEqual([])
})

const HANDED_OVER: Deed = {
  ...{ press: ['Transfer…'], confirm: 'Transfer what OKTA_PROVISIONER owns to AAD_PROVISIONER', count: 3 },
  ...{ fields: { 'New owner': 'AAD_PROVISIONER' } },
  command: 'ownership transfer --owned-by OKTA_PROVISIONER --to AAD_PROVISIONER',
  told: ['user bo@example.com', 'user cy@example.com', 'role Sales']
    .map((what) => `local-admin gave ${what} from OKTA_PROVISIONER to AAD_PROVISIONER`)
    .join(' · '),
  asks: async () =>
    (await admin('GET', '/admin/ownership')).body.owners.find(
      ({ role }: { role: string }) => role === 'AAD_PROVISIONER',
    ),
  becomes: { role: 'AAD_PROVISIONER', users: 3, roles: 1 },
}

test('what an integration owns goes to another once its number is typed', async () => {
  await scim('POST', '/Users', newUser('aad@example.com'), system.tokens.AZURE_PROVISIONING)
  const { page, problems } = await open('/integrations/OKTA_PROVISIONING')
  expect(await carryOut(page, [HANDED_OVER])).toEqual([expectedOf(HANDED_OVER)])
  expect(problems.filter(isOfThePage)).toEqual([])
})
