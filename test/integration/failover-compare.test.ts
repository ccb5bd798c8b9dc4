import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeEach, expect, test } from 'vitest'
import { differences } from '../../cli/failover/compare.ts'
import { promotePlanned } from '../../cli/failover/promote.ts'
import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import { createAccount } from '../../shared/resources/accounts.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { createNetworkPolicy } from '../../shared/resources/network-policies.ts'
import { enableOAuth } from '../../shared/resources/oauth-clients.ts'
import { issueToken, revokeToken } from '../../shared/resources/tokens.ts'
import { adminContext } from '../factories/admin.ts'
import { operation, operatorDb, work } from '../factories/failover.ts'
import { scanAll } from '../factories/scan.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { openRegionDb, type TestRegion, withTwoRegions } from '../factories/two-regions.ts'

const regions = withTwoRegions({ seed: 31 })
const QUARTER_MS = 15 * 60_000
let count = 0
let account: string

const api = ({ name, endpoint, tableName }: TestRegion) =>
  scimApi(openRegionDb(name, endpoint, tableName), principal({ account }), { doorkeeper: openDoorkeeper() })

beforeEach(async () => {
  regions.heal()
  account = `same-${count++}`
  await createAccount(adminContext(regions.home.db, { account: 'default' }), { name: account })
})

/** Whatever is written by changes of every kind. */
async function changeEverything() {
  const call = api(regions.home)
  const admin = () => adminContext(regions.home.db, { account })
  await createIntegration(admin(), { name: 'OKTA', clientKind: 'OKTA' })
  await createNetworkPolicy(admin(), { name: 'OFFICE', allowed: ['192.0.2.0/24'] })
  await issueToken(admin(), { integration: 'OKTA' })
  const { tokenId } = await issueToken(admin(), { integration: 'OKTA' })
  await revokeToken(admin(), tokenId)
  await enableOAuth(admin(), 'OKTA')
  const ada = (await call('POST', '/Users', newUser('ada', { externalId: 'e-1' }))).body.id
  await call('PATCH', `/Users/${ada}`, patchOf({ op: 'replace', path: 'userName', value: 'adele' }))
  await call('PATCH', `/Users/${ada}`, patchOf({ op: 'replace', path: 'externalId', value: 'e-2' }))
  const gone = (await call('POST', '/Users', newUser('gone'))).body.id
  await call('POST', '/Groups', newGroup('Ops', { members: [{ value: ada }, { value: gone }] }))
  await call('DELETE', `/Users/${gone}`)
  const made = await Promise.all(Array.from({ length: 50 }, (_, i) => call('POST', '/Users', newUser(`m-${i}`))))
  await call('POST', '/Groups', newGroup('Large', { members: made.map(({ body }) => ({ value: body.id })) }))
  await work(regions.home)
  await regions.replicateAll()
}

type Item = Record<string, unknown>

/** The word of its key; nothing of what goes on while nobody changes anything, or is each region's own. */
function kindOf({ pk, sk }: Item): string | undefined {
  const [first, of, word = ''] = String(pk).split('#')
  if (first === 'TOKEN') return `TOKEN ${sk}`
  if (pk === 'ACCOUNT') return sk === account ? 'ACCOUNT' : undefined
  if (first !== 'A' || of !== account || sk === 'FENCE') return undefined
  return ['FENCE', 'USE', 'NOTICE', 'PAGE', 'EVENT'].includes(word) ? undefined : word
}

test('what is compared before a move are items of every kind that changes write', async () => {
  await changeEverything()
  const { home, other } = regions
  const [from, to] = [operatorDb(home), operatorDb(other)]
  const compared = () => differences(from, to, account, Date.now() - QUARTER_MS)
  expect(await compared()).toEqual([])
  const byKind = Map.groupBy(await scanAll(from), (item) => kindOf(item) ?? '')
  byKind.delete('')
  expect([...byKind.keys()].sort()).toEqual([
    ...['ACCOUNT', 'COUNT', 'GROUP', 'HISTORY', 'INTEGRATION', 'KEPT', 'LOOKUP', 'MEMBERS', 'NAME', 'NETWORKPOLICY'],
    ...['PENDING', 'PROVISIONER', 'REVOKED', 'TOKEN CLIENT', 'TOKEN TOKEN', 'USER'],
  ])
  regions.cut()
  const { tableName: TableName } = to
  const unnoticed: string[] = []
  for (const [kind, items] of byKind) {
    const Item: Item = { ...items.at(-1) }
    await to.client.send(new DeleteCommand({ TableName, Key: { pk: Item.pk, sk: Item.sk } }))
    const found = await compared()
    if (!found.some((text) => text.includes(String(Item.pk)))) unnoticed.push(`${kind}: ${Item.pk} ${Item.sk}`)
    await to.client.send(new PutCommand({ TableName, Item }))
  }
  // What a change took away, and is there still.
  const left = { id: 'x', owner: 'x' }
  const stale: Item[] = [
    { pk: `A#${account}#NAME#USER`, sk: 'ada', ...left },
    ...(byKind.get('LOOKUP') ?? []).map((item) => ({ ...item, pk: String(item.pk).replace('e-2', 'e-1') })),
  ]
  for (const Item of stale) {
    await to.client.send(new PutCommand({ TableName, Item }))
    if ((await compared()).length === 0) unnoticed.push(`left: ${Item.pk}`)
  }
  expect(stale.length).toBe(2)
  expect(unnoticed).toEqual([])
})

test.each(['#NAME#', '#LOOKUP#', '#HISTORY#'])('a move is given back where items of %s do not arrive', async (held) => {
  const { home, other } = regions
  await regions.replicateAll()
  const call = api(home)
  const id = (await call('POST', '/Users', newUser('ada', { externalId: 'e-1' }))).body.id
  await call('POST', '/Groups', newGroup('Ops', { members: [{ value: id }] }))
  const given = operation(regions)
  const pause = async (ms: number) => {
    // All but these arrive, and time passes as it does for the operator.
    for (const delivery of regions.replicator.pending())
      if (!delivery.key.includes(held)) await regions.replicator.deliver(delivery)
    regions.cut()
    await given.pause(ms)
    regions.heal()
  }
  const moving = promotePlanned({ ...given, pause }, { to: other.name, account, waitMs: 1_000 })
  await expect(moving).rejects.toThrow(
    new RegExp(`items differ in ${other.name}, the first is A#${account}${held}.*: ${home.name} takes the changes`),
  )
  await regions.replicateAll()
  expect((await call('POST', '/Users', newUser('berta'))).status).toBe(201)
})
