import { beforeEach, describe, expect, test } from 'vitest'
import { promoteUnplanned } from '../../cli/failover/promote.ts'
import { runRepair } from '../../cli/failover/repair.ts'
import { runReport } from '../../cli/failover/report.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import type { AdminContext } from '../../shared/resources/admin-context.ts'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { dropIntegration } from '../../shared/resources/drop-integration.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { changePolicy, createNetworkPolicy } from '../../shared/resources/network-policies.ts'
import { changeOAuth, disableOAuth, enableOAuth, rotateSecret } from '../../shared/resources/oauth-clients.ts'
import { changeProvisioner } from '../../shared/resources/provisioners.ts'
import { rotateToken } from '../../shared/resources/token-rotation.ts'
import { issueToken, renameToken, revokeToken, revokeTokens } from '../../shared/resources/tokens.ts'
import { getIntegration } from '../../shared/store/integrations.ts'
import { getOAuthClient } from '../../shared/store/oauth-clients.ts'
import { getProvisioner } from '../../shared/store/provisioners.ts'
import { getClosed } from '../../shared/store/revoked.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { deadDb, operation, operatorDb } from '../factories/failover.ts'
import { openRegionDb, type TestRegion, withTwoRegions } from '../factories/two-regions.ts'

const regions = withTwoRegions({ seed: 21 })
let count = 0
let account: string

/** An administrator of a region, by a process of its own. */
const admin = ({ name, endpoint, tableName }: TestRegion): AdminContext =>
  adminContext(openRegionDb(name, endpoint, tableName), { account, now: new Date() })
const issue = async (integration: string) =>
  (await issueToken(admin(regions.home), { integration, name: integration })).tokenId
const inNew = () => operatorDb(regions.other)
const repair = (isDryRun = false) => runRepair(operation(regions), { account, isDryRun })
const told = (rows: Awaited<ReturnType<typeof repair>>) =>
  rows.map(({ what, type, name, says }) => `${what} ${type} ${name}: ${says}`)
const report = async () =>
  (await runReport(operation(regions), { account })).map(
    ({ what, type, name, says }) => `${what} ${type} ${name}: ${says}`,
  )

/** The other region is primary, and the first one has not heard of it. */
async function loseHome() {
  await regions.replicateAll()
  regions.cut()
  const { home, other } = regions
  const alone = operation(regions)
  const all = alone.sites.all.map((site) => (site.name === home.name ? { ...site, db: deadDb(site.db) } : site))
  await promoteUnplanned({ ...alone, sites: { all } }, { to: other.name, account })
}

const arrive = async () => {
  regions.heal()
  await regions.replicateAll()
}

/** A repair does what its dry run says, and leaves nothing to a second one, in either region. */
async function repaired() {
  const planned = told(await repair(true))
  expect(told(await repair())).toEqual(planned)
  await regions.replicateAll()
  expect(await repair()).toEqual([])
  return planned
}

const anInstant = String.raw`"\d{4}-\d\d-\d\dT[\d:.]+Z"`

beforeEach(async () => {
  regions.heal()
  account = `access-${count++}`
  const { home } = regions
  await createAccount(adminContext(home.db, { account: 'default' }), { name: account })
})

describe('who was shut out in the newer epoch stays out where a late write came over that', () => {
  test('a revoked token that was renamed late, and an integration switched off that was given another comment', async () => {
    const { home, other } = regions
    await createIntegration(admin(home), { name: 'OKTA', clientKind: 'OKTA' })
    const [token, kept] = [await issue('OKTA'), await issue('OKTA')]
    await loseHome()
    await revokeToken(admin(other), token)
    await changeIntegration(admin(other), 'OKTA', { enabled: false })
    await renameToken(admin(home), token, { name: 'late' })
    await changeIntegration(admin(home), 'OKTA', { comment: 'late' })
    await arrive()
    expect((await getToken(inNew(), token))?.revokedAt).toBeUndefined()
    expect((await getIntegration(inNew(), account, 'OKTA'))?.enabled).toBe(true)
    const shut = ['revocation TOKEN late: ', 'revocation INTEGRATION OKTA: ']
    const rows = await report()
    expect(rows.filter((row) => row.startsWith('revocation')).map((row) => row.slice(0, row.indexOf(':') + 2))).toEqual(
      shut,
    )
    const planned = await repaired()
    expect(planned).toEqual([
      expect.stringMatching(new RegExp(`^shut out TOKEN late: revokedAt none → ${anInstant}$`)),
      'shut out INTEGRATION OKTA: enabled true → false',
    ])
    for (const region of [home, other]) {
      const db = operatorDb(region)
      expect(await getToken(db, token)).toMatchObject({ revokedAt: expect.any(Number), name: 'late' })
      expect(await getToken(db, kept)).toMatchObject({ access: { enabled: false } })
      const { enabled, comment, tokens } = (await getIntegration(db, account, 'OKTA')) ?? {}
      expect({ enabled, comment, tokens: Object.keys(tokens ?? {}) }).toEqual({
        ...{ enabled: false, comment: 'late', tokens: [kept] },
      })
      const closed = await getClosed(db, account, Date.now())
      expect([closed.get(token)?.reason, closed.get(kept)?.reason]).toEqual(['revoked', 'disabled'])
    }
    expect((await report()).filter((row) => row.startsWith('revocation') || row.startsWith('torn'))).toEqual([])
    // Whoever opens it again means it.
    await changeIntegration(admin(other), 'OKTA', { enabled: true })
    expect(await repair()).toEqual([])
  })
  test('a rotation, all tokens at once, and an integration that was dropped', async () => {
    const { home, other } = regions
    for (const name of ['OKTA', 'ENTRA', 'OLD'])
      await createIntegration(admin(home), { name, clientKind: 'GENERIC', role: name })
    const [okta, entra, old] = [await issue('OKTA'), await issue('ENTRA'), await issue('OLD')]
    await loseHome()
    const next = await rotateToken(admin(other), okta, { overlap: '1h' })
    await revokeTokens(admin(other), 'ENTRA')
    await dropIntegration(admin(other), 'OLD')
    // Each of them lies over what the newer epoch wrote, tokens and all.
    for (const name of ['OKTA', 'ENTRA', 'OLD']) await changeIntegration(admin(home), name, { comment: 'late' })
    await arrive()
    expect(await repaired()).toEqual([
      expect.stringMatching(/^shut out INTEGRATION OLD: it was dropped at /),
      ...[
        expect.stringMatching(new RegExp(`^shut out TOKEN ENTRA: revokedAt none → ${anInstant}$`)),
        expect.stringMatching(new RegExp(`^shut out TOKEN OKTA: expiresAt ${anInstant} → ${anInstant}, rotatedTo$`)),
        expect.stringMatching(new RegExp(`^shut out TOKEN OLD: revokedAt none → ${anInstant}$`)),
      ],
      'mended INTEGRATION ENTRA: it names its tokens and client, and they carry what it says',
      'mended INTEGRATION OKTA: it names its tokens and client, and they carry what it says',
    ])
    expect(await getToken(inNew(), okta)).toMatchObject({ rotatedTo: next.tokenId })
    expect((await getToken(inNew(), okta))?.expiresAt).toBe(Date.parse(next.replaces.expiresAt))
    expect([await getToken(inNew(), entra), await getToken(inNew(), old)]).toMatchObject(
      Array(2).fill({ revokedAt: expect.any(Number) }),
    )
    expect(await getIntegration(inNew(), account, 'OLD')).toBeUndefined()
    const { tokens = {} } = (await getIntegration(inNew(), account, 'OKTA')) ?? {}
    expect(Object.keys(tokens).sort()).toEqual([okta, next.tokenId].sort())
  })

  test('network policies, privileges, and OAuth clients with their trusts and secrets', async () => {
    const { home, other } = regions
    for (const name of ['OKTA', 'ENTRA', 'GONE'])
      await createIntegration(admin(home), { name, clientKind: 'GENERIC', role: name })
    await createNetworkPolicy(admin(home), { name: 'OFFICE', allowed: ['192.0.2.0/24', '198.51.100.0/24'] })
    await changeIntegration(admin(home), 'OKTA', { networkPolicy: 'OFFICE' })
    const token = await issue('OKTA')
    const trust = (issuer: string) => ({ issuer, subject: 's', audiences: ['a'], jwksUri: 'https://idp.example/keys' })
    for (const name of ['ENTRA', 'GONE']) await enableOAuth(admin(home), name)
    await changeOAuth(admin(home), 'ENTRA', { trusts: { add: [trust('one'), trust('two')] } })
    await loseHome()
    await changePolicy(admin(other), 'OFFICE', { allowed: { remove: ['198.51.100.0/24'] } })
    await changeProvisioner(admin(other), 'OKTA', { grant: [], revoke: ['createUser'] })
    await changeOAuth(admin(other), 'ENTRA', { trusts: { remove: [{ issuer: 'two', subject: 's' }] } })
    await rotateSecret(admin(other), 'ENTRA', { overlap: '0s' })
    await disableOAuth(admin(other), 'GONE')
    await changePolicy(admin(home), 'OFFICE', { blocked: { add: ['192.0.2.7'] } })
    await changeProvisioner(admin(home), 'OKTA', { grant: ['monitorUser'], revoke: [] })
    await changeOAuth(admin(home), 'ENTRA', { trusts: { add: [trust('late')] } })
    await changeIntegration(admin(home), 'GONE', { comment: 'late' })
    await changeIntegration(admin(home), 'OKTA', { comment: 'late' })
    await arrive()
    const planned = told(await repair(true))
    expect(told(await repair())).toEqual(planned)
    expect(planned.map((row) => row.slice(0, row.indexOf(':')))).toEqual([
      'shut out NETWORK_POLICY OFFICE',
      'shut out PROVISIONER OKTA',
      'left OAUTH_CLIENT ENTRA',
      'shut out OAUTH_CLIENT ENTRA',
      'shut out OAUTH_CLIENT GONE',
      'mended INTEGRATION GONE',
      'mended INTEGRATION OKTA',
    ])
    await regions.replicateAll()
    // Only the secret that nobody knows any more is left to be made again.
    expect(told(await repair())).toEqual([expect.stringMatching(/^left OAUTH_CLIENT ENTRA: its secret of /)])
    await rotateSecret(admin(other), 'ENTRA', {})
    expect(await repair()).toEqual([])
    const lists = { allowed: ['192.0.2.0/24'], blocked: ['192.0.2.7'] }
    const { networkPolicy, oauthClient } = (await getIntegration(inNew(), account, 'OKTA')) ?? {}
    expect({ networkPolicy, oauthClient }).toMatchObject({ networkPolicy: { name: 'OFFICE', ...lists } })
    const { privileges = [] } = (await getProvisioner(inNew(), account, 'OKTA')) ?? {}
    expect(privileges).not.toContain('createUser')
    expect(await getToken(inNew(), token)).toMatchObject({ access: { networkPolicy: lists, privileges } })
    const entra = await getIntegration(inNew(), account, 'ENTRA')
    const client = await getOAuthClient(inNew(), entra?.oauthClient ?? '')
    expect(client?.trusts.map(({ issuer }) => issuer)).toEqual(['one'])
    expect((await getIntegration(inNew(), account, 'GONE'))?.oauthClient).toBeUndefined()
  })
})

describe('whoever the region shut out that was lost', () => {
  test('is shut out too where the newer epoch wrote over that without knowing of it', async () => {
    const { home, other } = regions
    await createIntegration(admin(home), { name: 'OKTA', clientKind: 'OKTA' })
    const token = await issue('OKTA')
    await loseHome()
    await revokeToken(admin(home), token)
    await changeIntegration(admin(home), 'OKTA', { enabled: false })
    await renameToken(admin(other), token, { name: 'new' })
    await changeIntegration(admin(other), 'OKTA', { comment: 'new' })
    await arrive()
    expect(await repaired()).toEqual([
      expect.stringMatching(/^shut out TOKEN new: revokedAt none → /),
      'shut out INTEGRATION OKTA: enabled true → false',
    ])
    expect(await getIntegration(inNew(), account, 'OKTA')).toMatchObject({ enabled: false, comment: 'new', tokens: {} })
  })

  test('is shut out before it has arrived, as far as the other table answers', async () => {
    const { home } = regions
    await createIntegration(admin(home), { name: 'OKTA', clientKind: 'OKTA' })
    const token = await issue('OKTA')
    await loseHome()
    await revokeToken(admin(home), token)
    expect(told(await repair())).toEqual([
      expect.stringMatching(/^shut out TOKEN OKTA: revokedAt none → /),
      'mended INTEGRATION OKTA: it names its tokens and client, and they carry what it says',
    ])
    await arrive()
    expect(await repair()).toEqual([])
  })
})

describe('of settings that shut nobody out', () => {
  test('the newer epoch decides, and a late change of something else holds', async () => {
    const { home, other } = regions
    await createIntegration(admin(home), { name: 'OKTA', clientKind: 'OKTA' })
    await loseHome()
    await changeIntegration(admin(other), 'OKTA', { comment: 'new', silentAfterDays: 3 })
    await changeIntegration(admin(home), 'OKTA', { comment: 'late', localChanges: 'refuse' })
    await arrive()
    const late = 'comment: the region that took over changed it without knowing of this'
    expect(await report()).toEqual([
      `lost INTEGRATION OKTA: ${late}`,
      `torn INTEGRATION OKTA: comment "late" → "new", silentAfterDays 7 → 3: not as its history has it in ${other.name}`,
    ])
    expect(await repaired()).toEqual(['applied again INTEGRATION OKTA: comment "late" → "new", silentAfterDays 7 → 3'])
    expect(await getIntegration(inNew(), account, 'OKTA')).toMatchObject({
      ...{ comment: 'new', silentAfterDays: 3, localChanges: 'refuse' },
    })
  })
})
