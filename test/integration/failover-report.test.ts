import { beforeEach, describe, expect, test } from 'vitest'
import { promotePlanned, promoteUnplanned } from '../../cli/failover/promote.ts'
import { runRepair } from '../../cli/failover/repair.ts'
import { isToDo, runReport } from '../../cli/failover/report.ts'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { rotateToken } from '../../shared/resources/token-rotation.ts'
import { issueToken, revokeToken, revokeTokens } from '../../shared/resources/tokens.ts'
import { putBeat } from '../../shared/store/regions/marker.ts'
import { adminContext } from '../factories/admin.ts'
import { deadDb, operation, operatorDb } from '../factories/failover.ts'
import { scanEvents } from '../factories/scan.ts'
import { newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { openRegionDb, type TestRegion, withTwoRegions } from '../factories/two-regions.ts'

const regions = withTwoRegions({ seed: 3 })
let count = 0
let account: string

const call = ({ name, endpoint, tableName }: TestRegion) =>
  scimApi(openRegionDb(name, endpoint, tableName), principal({ account }), { doorkeeper: openDoorkeeper() })
const retitle = (region: TestRegion, id: string, title: string) =>
  call(region)('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'title', value: title }))
const withoutHome = () => {
  const given = operation(regions)
  const { home } = regions
  given.sites = {
    all: given.sites.all.map((site) => (site.name === home.name ? { ...site, db: deadDb(site.db) } : site)),
  }
  return given
}
const loseHome = () => {
  regions.cut()
  return promoteUnplanned(withoutHome(), { to: regions.other.name, account })
}
const report = async (given = operation(regions)) =>
  (await runReport(given, { account })).map(({ what, method, name, says, mend }) => ({
    ...{ what, method, name, says },
    ...(mend && { mend }),
  }))

beforeEach(async () => {
  regions.heal()
  account = `told-${count++}`
  await createAccount(adminContext(regions.home.db, { account: 'default' }), { name: account })
})

describe('the report of a failover', () => {
  test('tells what did not arrive, what was overwritten, what came late and holds', async () => {
    const { home, other } = regions
    const [ada, bob] = [
      (await call(home)('POST', '/Users', newUser('ada'))).body.id,
      (await call(home)('POST', '/Users', newUser('bob'))).body.id,
    ]
    await regions.replicateAll()
    await retitle(home, ada, 'Clerk')
    await loseHome()
    await retitle(other, ada, 'Boss')
    await retitle(home, bob, 'Late')
    const missing = { what: 'missing', method: 'PATCH', says: `it is not in the table of ${other.name}` }
    expect(await report()).toEqual([
      { ...missing, name: 'ada' },
      { ...missing, name: 'bob' },
    ])
    regions.heal()
    await regions.replicateAll()
    expect(await report()).toEqual([
      { what: 'lost', method: 'PATCH', name: 'ada', says: 'not as it left them: title' },
      {
        what: 'late',
        method: 'PATCH',
        name: 'bob',
        says: `it was written after ${other.name} took over, and holds there`,
      },
    ])
  })

  test('names first whom the other region shut out, with the command that does it again', async () => {
    const { home, other } = regions
    const admin = (now = new Date()) => adminContext(home.db, { account, now })
    for (const name of ['OKTA', 'ENTRA', 'OTHER']) await createIntegration(admin(), { name, clientKind: 'GENERIC' })
    const issue = async (integration: string) => (await issueToken(admin(), { integration, name: integration })).tokenId
    const [okta, entra, old] = [await issue('OKTA'), await issue('ENTRA'), await issue('OTHER')]
    await regions.replicateAll()
    await call(home)('POST', '/Users', newUser('ada'))
    await revokeToken(admin(), okta)
    const { tokenId } = await rotateToken(admin(), old, {})
    await revokeTokens(admin(), 'ENTRA')
    await changeIntegration(admin(), 'OKTA', { enabled: false })
    await loseHome()
    const rows = await report()
    const shut = (name: string, says: string, mend: string) => ({
      ...{ what: 'revocation', method: 'POST', name, says: `${says}, and is not so in ${other.name}` },
      mend: `rolecall ${mend} --account ${account}`,
    })
    expect(rows).toEqual([
      shut('OKTA', `token ${okta} "OKTA" was revoked`, `token revoke ${okta}`),
      shut('OTHER', `token ${old} "OTHER" was replaced by ${tokenId}`, `token rotate ${old}`),
      shut('ENTRA', `all tokens of integration ENTRA were revoked: ${entra}`, 'token revoke --all ENTRA'),
      shut('OKTA', 'integration OKTA was switched off', 'integration alter OKTA --enabled false'),
      { what: 'missing', method: 'POST', name: 'ada', says: `it is not in the table of ${other.name}` },
    ])
    regions.heal()
    await regions.replicateAll()
    const healed = await runReport(operation(regions), { account })
    expect(healed.filter(isToDo)).toEqual([])
  })

  test('tells of a token and an integration of which nothing but the event arrived', async () => {
    const { home } = regions
    const admin = () => adminContext(home.db, { account })
    await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
    await regions.replicateAll()
    await issueToken(admin(), { integration: 'OKTA', name: 'new' })
    await createIntegration(admin(), { name: 'ENTRA', clientKind: 'AZURE' })
    for (const delivery of regions.replicator.pending())
      if (delivery.key.includes('#EVENT#')) await regions.replicator.deliver(delivery)
    await loseHome()
    const says = 'its event arrived, and what it made did not'
    expect(await report()).toEqual([
      { what: 'missing', method: 'POST', name: 'new', says },
      { what: 'missing', method: 'POST', name: 'ENTRA', says },
    ])
    regions.heal()
    await regions.replicateAll()
    expect(await report()).toEqual([])
  })

  test('says what it cannot know without the other region, and what arrived in part', async () => {
    const { home, other } = regions
    const id = (await call(home)('POST', '/Users', newUser('ada'))).body.id
    await regions.replicateAll()
    await retitle(home, id, 'Clerk')
    for (const delivery of regions.replicator.pending())
      if (delivery.key.includes('#EVENT#')) await regions.replicator.deliver(delivery)
    await loseHome()
    expect(await report()).toEqual([
      {
        ...{ what: 'torn', method: 'PATCH', name: 'ada', says: 'not as it left them: title' },
        mend: 'rolecall failover repair',
      },
    ])
    const given = withoutHome()
    expect(await report(given)).toEqual([
      {
        ...{ what: 'torn', method: '', name: 'ada', says: 'rolled forward: title none → "Clerk"' },
        mend: 'rolecall failover repair',
      },
    ])
    expect(given.said).toEqual([
      `account ${account}: the table of ${home.name} does not answer: what was written there and did not arrive in ${other.name} is not known. Shown is what arrived in part or was overwritten; run this again when it answers`,
    ])
  })

  test('looks back to the last sign of the region that was lost, however long ago', async () => {
    const { home, other } = regions
    const hour = 3_600_000
    const ago = (hours: number) => adminContext(home.db, { account, now: new Date(Date.now() - hours * hour) })
    await createIntegration(ago(4), { name: 'OKTA', clientKind: 'OKTA' })
    const { tokenId } = await issueToken(ago(4), { integration: 'OKTA', name: 'okta' })
    await putBeat(home.db, { own: home.name, all: [home.name, other.name] }, Date.now() - 3 * hour)
    await regions.replicateAll()
    regions.cut()
    await revokeToken(ago(2), tokenId)
    await loseHome()
    const heard = (await scanEvents(operatorDb(other), account)).find(({ method }) => method === 'FAILOVER')?.detail
    expect(heard).toMatch(/^Taken over from eu-central-1 by eu-west-1 without it, epoch \d+, last heard of at 20/)
    expect((await report()).map(({ what, name }) => `${what} ${name}`)).toEqual(['revocation okta'])
  })

  test('is of the last time that a region was lost: planned moves shift nothing, and earlier ones are told where it is asked for', async () => {
    const { home, other } = regions
    const id = (await call(home)('POST', '/Users', newUser('ada'))).body.id
    await regions.replicateAll()
    await loseHome()
    await retitle(other, id, 'Boss')
    await retitle(home, id, 'Late')
    regions.heal()
    await regions.replicateAll()
    const lost = { what: 'lost', method: 'PATCH', name: 'ada', says: 'not as it left them: title' }
    const overruled = 'title: the region that took over changed it without knowing of this'
    expect(await report()).toEqual([{ ...lost, says: overruled }])
    await runRepair(operation(regions), { account })
    await promotePlanned(operation(regions), { to: home.name, account, waitMs: 20_000 })
    await regions.replicateAll()
    await retitle(home, id, 'Chief')
    await promotePlanned(operation(regions), { to: other.name, account, waitMs: 20_000 })
    await regions.replicateAll()
    await retitle(other, id, 'President')
    expect(await report()).toEqual([lost])
    await promotePlanned(operation(regions), { to: home.name, account, waitMs: 20_000 })
    await regions.replicateAll()
    regions.cut()
    await retitle(home, id, 'Lost')
    await loseHome()
    const missing = { what: 'missing', method: 'PATCH', name: 'ada', says: `it is not in the table of ${other.name}` }
    expect(await report()).toEqual([missing])
    const all = await runReport(operation(regions), { account, windowMs: 3_600_000 })
    expect(all.map(({ what, name }) => `${what} ${name}`)).toEqual(['missing ada', 'lost ada'])
  })

  test('is empty where nothing was moved', async () => {
    expect(await report()).toEqual([])
  })
})
