import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { batchGet } from '../../shared/store/batch.ts'
import type { Db } from '../../shared/store/client.ts'
import { getIntegration } from '../../shared/store/integrations.ts'
import { type Key, oauthClientKey, tokenKey } from '../../shared/store/keys.ts'
import { getProvisioner } from '../../shared/store/provisioners.ts'
import { rewriteAccessActions } from '../../shared/store/tokens.ts'
import { transact } from '../../shared/store/transaction.ts'
import { isAlive, restoredIntegration } from './decide.ts'
import { accountOf, type Item } from './kinds.ts'
import { keyOf } from './tables.ts'

/**
 * Writes an integration as it was, but switched off and with the tokens that are still alive, and gives these what they
 * carry of it. One that stands so already is not written.
 */
export async function restoreIntegration(live: Db, restored: Item, now: number): Promise<void> {
  const there = await getItem(live, keyOf(restored))
  const ids = Object.keys((restored.tokens ?? {}) as object)
  const found = await batchGet(
    live,
    ids.map((id) => tokenKey(id)),
  )
  const alive = found.filter((token) => isAlive(token, now))
  const tokens = Object.fromEntries(alive.map(({ tokenId, expiresAt }) => [String(tokenId), Number(expiresAt)]))
  const client = restored.oauthClient === undefined ? undefined : String(restored.oauthClient)
  const hasClient = client !== undefined && (await getItem(live, oauthClientKey(client))) !== undefined
  const item = restoredIntegration(there, restored, { tokens, hasClient })
  if (item !== there) await live.client.send(new PutCommand({ TableName: live.tableName, Item: item }))
  await rewriteAccess(live, accountOf(restored), String(restored.name), now)
}

async function rewriteAccess(db: Db, account: string, name: string, now: number): Promise<void> {
  const integration = await getIntegration(db, account, name)
  const provisioner = integration && (await getProvisioner(db, account, integration.role))
  if (!integration || !provisioner) return
  const actions = rewriteAccessActions(integration, provisioner, new Date(now))
  if (Object.keys(actions).length > 0) await transact(db, actions, `restore#${integration.endpointId}#${now}`)
}

async function getItem(db: Db, { pk, sk }: Key): Promise<Item | undefined> {
  const get = new GetCommand({ TableName: db.tableName, Key: { pk, sk }, ConsistentRead: true })
  return (await db.client.send(get)).Item
}
