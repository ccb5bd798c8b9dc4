import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { beforeEach, describe, expect, test } from 'vitest'
import { promoteUnplanned } from '../../cli/failover/promote.ts'
import { type RepairOptions, runRepair } from '../../cli/failover/repair.ts'
import { runReport } from '../../cli/failover/report.ts'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import { createIntegration } from '../../shared/resources/create-integration.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import { adminContext } from '../factories/admin.ts'
import { deadDb, operation, operatorDb, work } from '../factories/failover.ts'
import { scanEvents } from '../factories/scan.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { openRegionDb, type TestRegion, withTwoRegions } from '../factories/two-regions.ts'

const regions = withTwoRegions({ seed: 11 })
let count = 0
let account: string

const api = ({ name, endpoint, tableName }: TestRegion) =>
  scimApi(openRegionDb(name, endpoint, tableName), principal({ account }), { doorkeeper: openDoorkeeper() })
const at = (region: TestRegion) => api(region)
const make = async (region: TestRegion, userName: string, more: object = {}) =>
  (await at(region)('POST', '/Users', newUser(userName, more))).body.id as string
const get = async (region: TestRegion, path: string) => (await at(region)('GET', path)).body
const patch = (region: TestRegion, path: string, ...operations: object[]) =>
  at(region)('PATCH', path, patchOf(...operations))
const repair = (options: RepairOptions = {}) => runRepair(operation(regions), { account, ...options })
const told = (rows: Awaited<ReturnType<typeof repair>>) =>
  rows.map(({ what, name, says }) => `${what} ${name}: ${says}`)

/** The other region is primary, and the first one has not heard of it. */
async function loseHome() {
  regions.cut()
  const { home, other } = regions
  const alone = operation(regions)
  const all = alone.sites.all.map((site) => (site.name === home.name ? { ...site, db: deadDb(site.db) } : site))
  await promoteUnplanned({ ...alone, sites: { all } }, { to: other.name, account })
}

/** Delivers what is on its way and has such a key. */
async function deliver(isWanted: (key: string) => boolean) {
  for (const delivery of regions.replicator.pending())
    if (isWanted(delivery.key)) await regions.replicator.deliver(delivery)
}
const isEvent = (key: string) => key.includes('#EVENT#')

/** All is there that was written anywhere, and nothing is left to be repaired. */
async function healed() {
  const { home, other } = regions
  regions.heal()
  await regions.replicateAll()
  const rows = await repair()
  for (let round = 0; round < 3; round++) await work(other)
  await regions.replicateAll()
  expect(await repair()).toEqual([])
  await regions.replicateAll()
  for (const region of [home, other]) expect(await checkAll(operatorDb(region), account)).toEqual([])
  return rows
}

beforeEach(async () => {
  regions.heal()
  account = `mend-${count++}`
  const { home } = regions
  await createAccount(adminContext(home.db, { account: 'default' }), { name: account })
  await regions.replicateAll()
})

describe('a repair of what arrived in part', () => {
  test('rolls an object forward whose change arrived as an event alone', async () => {
    const { home, other } = regions
    const id = await make(home, 'anna')
    await regions.replicateAll()
    await patch(home, `/Users/${id}`, { op: 'replace', path: 'title', value: 'Boss' })
    await patch(home, `/Users/${id}`, { op: 'replace', path: 'userName', value: 'anne' })
    await deliver(isEvent)
    await loseHome()
    const planned = await repair({ isDryRun: true })
    expect(told(planned)).toEqual(['rolled forward anne: title none → "Boss", userName "anna" → "anne"'])
    expect((await get(other, `/Users/${id}`)).userName).toBe('anna')
    expect(told(await repair())).toEqual(told(planned))
    const { userName, title, meta } = await get(other, `/Users/${id}`)
    expect({ userName, title, version: meta.version }).toEqual({ userName: 'anne', title: 'Boss', version: 'W/"4"' })
    expect(await checkAll(operatorDb(other), account)).toEqual([])
    expect(told(await healed())).toEqual([])
  })

  test('makes a user who arrived as an event alone, and deletes one', async () => {
    const { home, other } = regions
    const gone = await make(home, 'gone')
    const group = (await at(home)('POST', '/Groups', newGroup('Ops', { members: [{ value: gone }] }))).body.id
    await regions.replicateAll()
    const id = await make(home, 'new', { externalId: 'e-new' })
    await patch(home, `/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] })
    await at(home)('DELETE', `/Users/${gone}`)
    await deliver(isEvent)
    await loseHome()
    expect(told(await repair())).toEqual([
      expect.stringMatching(/^deleted gone: it was deleted at .*, epoch 0$/),
      'made again new: made',
      'rolled forward Ops: 1 member back',
    ])
    await work(other)
    expect((await get(other, '/Users')).totalResults).toBe(1)
    const { members } = await get(other, `/Groups/${group}`)
    expect(members.map(({ value }: { value: string }) => value)).toEqual([id])
    expect((await get(other, '/Users?filter=externalId eq "e-new"')).totalResults).toBe(1)
    await healed()
  })

  test('tells of a change that arrived without its event', async () => {
    const { home, other } = regions
    const id = await make(home, 'anna')
    await regions.replicateAll()
    await patch(home, `/Users/${id}`, { op: 'replace', path: 'title', value: 'Boss' })
    await deliver((key) => !isEvent(key))
    await loseHome()
    expect(told(await repair())).toEqual([
      expect.stringMatching(/^told anna: User "anna" \(.*\): its last change, at .*, has no event$/),
    ])
    const { title, meta } = await get(other, `/Users/${id}`)
    expect({ title, version: meta.version }).toEqual({ title: 'Boss', version: 'W/"3"' })
    await healed()
  })
})

describe('integrations that arrive in part', () => {
  test('a role that did not arrive is made again with what the history tells; names that are kept follow', async () => {
    const { home, other } = regions
    await regions.replicateAll()
    const admin = (region: TestRegion) => adminContext(region.db, { account })
    await createIntegration(admin(home), { name: 'OKTA', clientKind: 'OKTA', role: 'IDP' })
    await createIntegration(admin(home), { name: 'LATER', clientKind: 'OKTA', role: 'LATE' })
    // Of one the role and its name are missing, of the other all but the name.
    await deliver((key) =>
      /IDP|idp|OKTA/.test(key) ? !/PROVISIONER|NAME/.test(key) : isEvent(key) || /NAME/.test(key),
    )
    await loseHome()
    const kept =
      'The name "LATE" is kept for the provisioner role LATE, which is not there: no role of users can have it'
    const rows = ['made again IDP: privileges', `mended LATE: ${kept}`]
    expect(told(await repair({ isDryRun: true }))).toEqual(rows)
    expect(told(await repair())).toEqual(rows)
    expect(await checkAll(operatorDb(other), account)).toEqual([])
    expect((await issueToken(admin(other), { integration: 'OKTA' })).tokenId).toEqual(expect.any(String))
    expect(told(await healed())).toEqual([
      'mended LATE: The name of the provisioner role LATE is not kept from roles of users',
    ])
  })
})

describe('deletes that arrive in part', () => {
  test('a delete that arrived without its event gets one, by which the worker goes on', async () => {
    const { home, other } = regions
    const id = await make(home, 'anna')
    const group = (await at(home)('POST', '/Groups', newGroup('Ops', { members: [{ value: id }] }))).body.id
    await regions.replicateAll()
    await at(home)('DELETE', `/Users/${id}`)
    await deliver((key) => !isEvent(key))
    await loseHome()
    await expect(work(other)).rejects.toThrow(/^There is no event .* to go by$/)
    const says = expect.stringMatching(
      /^its delete of .* arrived without its event: the event of the repair stands for it$/,
    )
    const row = { account, what: 'told', type: 'USER', id, name: '', says }
    expect(await repair({ isDryRun: true })).toEqual([row])
    expect(await repair()).toEqual([row])
    await work(other)
    expect((await get(other, `/Groups/${group}`)).members).toEqual([])
    await healed()
  })
})

describe('a repair of what was overwritten', () => {
  test('applies newer changes again where a late write came over them', async () => {
    const { home, other } = regions
    const id = await make(home, 'anna')
    await regions.replicateAll()
    await loseHome()
    await patch(other, `/Users/${id}`, { op: 'replace', path: 'title', value: 'Boss' })
    await patch(other, `/Users/${id}`, { op: 'replace', path: 'active', value: false })
    await patch(home, `/Users/${id}`, { op: 'replace', path: 'title', value: 'Clerk' })
    await patch(home, `/Users/${id}`, { op: 'replace', path: 'nickName', value: 'Annie' })
    expect(told(await healed())).toEqual(['applied again anna: active true → false, title "Clerk" → "Boss"'])
    const { title, active, nickName, meta } = await get(other, `/Users/${id}`)
    expect({ title, active, nickName, version: meta.version }).toEqual({
      ...{ title: 'Boss', active: false, nickName: 'Annie', version: 'W/"4"' },
    })
  })

  test('a delete that came late is overruled: the user is there again, and in its groups', async () => {
    const { home, other } = regions
    const id = await make(home, 'anna')
    const group = (await at(home)('POST', '/Groups', newGroup('Ops', { members: [{ value: id }] }))).body.id
    await regions.replicateAll()
    await loseHome()
    await patch(other, `/Users/${id}`, { op: 'replace', path: 'title', value: 'Boss' })
    await at(home)('DELETE', `/Users/${id}`)
    await work(home)
    await healed()
    const { title, userName } = await get(other, `/Users/${id}`)
    expect({ title, userName }).toEqual({ title: 'Boss', userName: 'anna' })
    expect((await get(other, `/Groups/${group}`)).members).toHaveLength(1)
  })

  test('a delete of the newer epoch stays one where a late write brings the user back', async () => {
    const { home, other } = regions
    const id = await make(home, 'anna')
    await regions.replicateAll()
    await loseHome()
    await at(other)('DELETE', `/Users/${id}`)
    await work(other)
    await patch(home, `/Users/${id}`, { op: 'replace', path: 'title', value: 'Clerk' })
    await healed()
    expect((await at(other)('GET', `/Users/${id}`)).status).toBe(404)
    expect((await get(other, '/Users')).totalResults).toBe(0)
  })

  test('of two with one name the newer epoch has it; the other is deleted and can be brought back', async () => {
    const { home, other } = regions
    const group = (await at(home)('POST', '/Groups', newGroup('Ops'))).body.id
    await regions.replicateAll()
    await loseHome()
    const late = await make(home, 'anna')
    await patch(home, `/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: late }] })
    const own = await make(other, 'Anna')
    const later = await make(other, 'berta')
    const twin = await make(home, 'berta', { title: 'Twin' })
    regions.heal()
    await regions.replicateAll()
    const says = [
      `anna: its userName "anna" is that of ${own}, to whom epoch 1001 gave it`,
      `berta: its userName "berta" is that of ${later}, to whom epoch 1001 gave it`,
    ]
    const report = await runReport(operation(regions), { account })
    const lost = report.filter(({ what }) => what === 'lost').map(({ name, says: why }) => `${name}: ${why}`)
    expect(lost).toEqual(says)
    const planned = told(await repair({ isDryRun: true }))
    const rows = told(await healed())
    // A counter that both regions wrote by chance says other numbers before the deletes than behind them.
    const uncounted = (some: string[]) => some.filter((row) => !row.includes('The counter of'))
    expect(uncounted(rows)).toEqual(uncounted(planned))
    expect(rows.filter((text) => text.startsWith('deleted'))).toEqual(says.map((text) => `deleted ${text}`))
    expect((await get(other, '/Users')).Resources.map(({ id }: { id: string }) => id).sort()).toEqual(
      [own, later].sort(),
    )
    expect((await get(other, `/Groups/${group}`)).members).toEqual([])
    expect([late, twin].length).toBe(2)
  })
})

describe('a dry run says what the repair does', () => {
  test('of two with one name that is held for neither, and of one that arrived as an event alone', async () => {
    const { home, other } = regions
    const spare = await make(home, 'spare')
    await regions.replicateAll()
    const alone = await make(home, 'cleo')
    await deliver((key) => isEvent(key))
    await loseHome()
    const cleo = await make(other, 'Cleo')
    const own = await make(other, 'Anna')
    await make(home, 'anna')
    await patch(home, `/Users/${spare}`, { op: 'replace', path: 'title', value: 'Late' })
    regions.heal()
    // All but the object that arrived as an event, and the name, which is held for nobody.
    for (const delivery of regions.replicator.pending())
      if (!delivery.key.includes('#USER') || !delivery.key.includes(alone)) await regions.replicator.deliver(delivery)
    const { client, tableName: TableName } = other.db
    const Key = { pk: `A#${account}#NAME#USER`, sk: 'anna' }
    await client.send(new DeleteCommand({ TableName, Key }))
    const planned = told(await repair({ isDryRun: true }))
    expect(planned.filter((row) => row.startsWith('deleted'))).toEqual(
      expect.arrayContaining([
        `deleted anna: its userName "anna" is that of ${own}, to whom epoch 1001 gave it`,
        `deleted cleo: its userName "cleo" is that of ${cleo}, to whom epoch 1001 gave it`,
      ]),
    )
    const rows = told(await repair())
    const objects = (all: string[]) => all.filter((row) => !row.startsWith('mended')).sort()
    expect(objects(rows)).toEqual(objects(planned))
    await healed()
  })
})

describe('who was renamed late onto a name that the newer epoch gave to another', () => {
  const rename = (region: TestRegion, path: string, value: string) =>
    patch(region, path, { op: 'replace', path: path.startsWith('/Users') ? 'userName' : 'displayName', value })
  const report = async () =>
    (await runReport(operation(regions), { account })).map(({ what, name, says }) => `${what} ${name}: ${says}`)

  test('has the last name again that it had before and that is free; users and groups alike', async () => {
    const { home, other } = regions
    const id = await make(home, 'anna', { title: 'Boss' })
    const group = (await at(home)('POST', '/Groups', newGroup('Ops', { members: [{ value: id }] }))).body.id
    await regions.replicateAll()
    await loseHome()
    const heir = await make(other, 'Berta')
    const heirs = (await at(other)('POST', '/Groups', newGroup('Sales'))).body.id
    // The newer epoch changes it too, and gave it no name.
    await patch(other, `/Users/${id}`, { op: 'replace', path: 'nickName', value: 'An' })
    await rename(home, `/Users/${id}`, 'annie')
    await rename(home, `/Users/${id}`, 'berta')
    await rename(home, `/Groups/${group}`, 'SALES')
    regions.heal()
    await regions.replicateAll()
    const says = {
      user: `its userName "berta" is that of ${heir}, to whom epoch 1001 gave it; it is "annie" again`,
      group: `its displayName "SALES" is that of ${heirs}, to whom epoch 1001 gave it; it is "Ops" again`,
    }
    const late = 'late anna: it was written after eu-west-1 took over, and holds there'
    expect(await report()).toEqual([`lost annie: ${says.user}`, `lost Ops: ${says.group}`, late])
    const planned = told(await repair({ isDryRun: true }))
    expect(planned).toEqual(expect.arrayContaining([`renamed annie: ${says.user}`, `renamed Ops: ${says.group}`]))
    const rows = told(await healed())
    expect(rows.filter((row) => row.startsWith('renamed') || row.startsWith('deleted'))).toEqual([
      `renamed annie: ${says.user}`,
      `renamed Ops: ${says.group}`,
    ])
    const { userName, title, nickName, groups } = await get(other, `/Users/${id}`)
    expect({ userName, title, nickName, groups: groups.length }).toEqual({
      ...{ userName: 'annie', title: 'Boss', nickName: 'An', groups: 1 },
    })
    expect((await get(other, `/Users/${heir}`)).userName).toBe('Berta')
    expect((await get(other, `/Groups/${group}`)).displayName).toBe('Ops')
    const repairs = (await scanEvents(operatorDb(other), account)).filter(({ method }) => method === 'REPAIR')
    expect(repairs.map(({ detail }) => detail)).toContain(`Repaired after a failover, renamed: ${says.user}`)
    const lost = (attribute: string) => `not as it left them: ${attribute}`
    expect(await report()).toEqual([`lost annie: ${lost('userName')}`, `lost Ops: ${lost('displayName')}`, late])
  })

  test('goes, and says so, where all of them are taken', async () => {
    const { home, other } = regions
    const id = await make(home, 'anna')
    await regions.replicateAll()
    await loseHome()
    const heir = await make(other, 'berta')
    await rename(home, `/Users/${id}`, 'berta')
    const next = await make(home, 'Anna')
    const rows = told(await healed())
    expect(rows.filter((row) => row.startsWith('renamed') || row.startsWith('deleted'))).toEqual([
      `deleted berta: its userName "berta" is that of ${heir}, to whom epoch 1001 gave it; "anna", as it was called before, is taken too`,
    ])
    const { Resources } = await get(other, '/Users')
    expect(Resources.map((user: { id: string }) => user.id).sort()).toEqual([heir, next].sort())
  })
})
