import { createHash } from 'node:crypto'
import type { ResourceType } from '../scim/schema.ts'

/**
 * Every key of the table (docs/data-model.md). Keys begin with the account, so nothing can cross accounts; the
 * exceptions are tokens, the accounts themselves, and the marks of rounds through them. Only the last component of a key may hold text of a client.
 */
export interface Key {
  pk: string
  sk: string
}

/** What keys know of a resource type. */
export type Collection = Pick<ResourceType, 'collection'>
/** Clients' text longer than this is hashed: sort keys end at 1,024 bytes. */
const MAX_TEXT_BYTES = 1000

export const collectionKey = (account: string, { collection }: Collection) => `A#${part(account)}#${part(collection)}`
export const resourceKey = (account: string, type: Collection, id: string): Key => ({
  pk: collectionKey(account, type),
  sk: text(id),
})

/** In the index: what one role owns of a type, so that it pays for its own and not for everybody's. */
export const ownedKey = (account: string, role: string, { collection }: Collection) =>
  `A#${part(account)}#OWNED#${part(role)}#${part(collection)}`

/** What came to a role lately, by when it did (`moved.ts`). */
export const movedPartition = (account: string, { collection }: Collection, role: string) =>
  `A#${part(account)}#MOVED#${part(role)}#${part(collection)}`
export const movedKey = (account: string, type: Collection, role: string, at: number, id: string): Key => ({
  pk: movedPartition(account, type, role),
  sk: `${String(at).padStart(14, '0')}#${text(id)}`,
})

/** Unique names of one type share a partition, sorted, so that `sw` is a range (docs/decisions/0001-name-ranges.md). */
export const nameCollectionKey = (account: string, { collection }: Collection) =>
  `A#${part(account)}#NAME#${part(collection)}`
export const nameKey = (account: string, type: Collection, foldedName: string): Key => ({
  pk: nameCollectionKey(account, type),
  sk: text(foldedName),
})

export const lookupCollectionKey = (account: string, { collection }: Collection, attribute: string, value: string) =>
  `A#${part(account)}#LOOKUP#${part(collection)}#${part(attribute)}#${text(value)}`
export const lookupKey = (account: string, type: Collection, attribute: string, value: string, id: string): Key => ({
  pk: lookupCollectionKey(account, type, attribute, value),
  sk: text(id),
})

export const MEMBER_PREFIX = 'MEMBER#'
/** Sorts before the members, so that readers meet open intents first. */
export const INTENT_PREFIX = 'INTENT#'
export const membersKey = (account: string, groupId: string) => `A#${part(account)}#MEMBERS#${text(groupId)}`
export const memberKey = (account: string, groupId: string, userId: string): Key => ({
  pk: membersKey(account, groupId),
  sk: `${MEMBER_PREFIX}${text(userId)}`,
})

/**
 * Memberships in the index: users whose ids share the first 34 bits, those made within 16 seconds, share a partition, so
 * that one query serves a run of them (docs/decisions/0021-memberships-by-prefix.md).
 */
export const memberOfKey = (account: string, userId: string) =>
  `A#${part(account)}#MEMBEROF#${text(`${userId.slice(0, 8)}.${Number.parseInt(userId.charAt(9), 16) >> 2}`)}`
/** The beginning of a user's memberships in their partition of the index. */
export const memberOfPrefix = (userId: string) => `${text(userId)}#`
export const intentKey = (account: string, groupId: string, version: number, n: number): Key => ({
  pk: membersKey(account, groupId),
  sk: `${INTENT_PREFIX}${String(version).padStart(12, '0')}#${String(n).padStart(4, '0')}`,
})
/** The queue heads of an account: what its changes left to the worker. */
export const pendingKey = (account: string) => `A#${part(account)}#PENDING`
export const pendingWorkKey = (account: string, kind: string, id: string): Key => ({
  pk: pendingKey(account),
  sk: `${part(kind)}#${text(id)}`,
})

export const countKey = (account: string, { collection }: Collection) => `A#${part(account)}#COUNT#${part(collection)}`
export const pageKey = (account: string, queryHash: string) => `A#${part(account)}#PAGE#${part(queryHash)}`

/** Events of a day are spread over this many partitions. */
export const EVENT_SHARDS = 16
export const eventPartition = (account: string, day: string, shard: number) =>
  `A#${part(account)}#EVENT#${part(day)}#${shard}`
/** What an event had to leave out, and what deleted objects were besides their attributes; no text of a client. */
export const keptKey = (account: string, of: string, sk: string): Key => ({
  pk: keptCollectionKey(account, of),
  sk: text(sk),
})
export const keptCollectionKey = (account: string, of: string) => `A#${part(account)}#KEPT#${part(of)}`
export const historyKey = (account: string, resourceId: string) => `A#${part(account)}#HISTORY#${text(resourceId)}`

/** What an integration's brake has counted. */
export const brakeKey = (account: string, integration: string) => `A#${part(account)}#BRAKE#${text(integration)}`

export const integrationCollectionKey = (account: string) => `A#${part(account)}#INTEGRATION`
export const networkPolicyCollectionKey = (account: string) => `A#${part(account)}#NETWORKPOLICY`
export const provisionerCollectionKey = (account: string) => `A#${part(account)}#PROVISIONER`
export const tokenKey = (tokenId: string): Key => ({ pk: `TOKEN#${part(tokenId)}`, sk: 'TOKEN' })
/** Beside tokens, since a client's id is as good as the id of its tokens: whoever knows it finds the record. */
export const oauthClientKey = (clientId: string): Key => ({ pk: `TOKEN#${part(clientId)}`, sk: 'CLIENT' })
/** An assertion that is good for one time and was used. */
export const usedAssertionKey = (account: string, clientId: string, jti: string): Key => ({
  pk: `A#${part(account)}#USED#${part(clientId)}`,
  sk: text(jti),
})
export const tokensOfKey = (account: string, integration: string) => `A#${part(account)}#TOKENS#${text(integration)}`
/** When and from where the tokens of an account are used. */
export const usesKey = (account: string) => `A#${part(account)}#USE`
export const useKey = (account: string, tokenId: string, addressBlock: string): Key => ({
  pk: usesKey(account),
  sk: `${part(tokenId)}#${text(addressBlock)}`,
})
/** Tokens that ended so lately that the gateway may still let them in. */
export const revokedKey = (account: string) => `A#${part(account)}#REVOKED`
export const revokedTokenKey = (account: string, tokenId: string): Key => ({
  pk: revokedKey(account),
  sk: part(tokenId),
})
/** Which region may change an account: beside the tokens that ended, which every process reads all the time. */
export const fenceKey = (account: string): Key => ({ pk: revokedKey(account), sk: 'FENCE' })
/** The same, where changes meet it. */
export const fenceGateKey = (account: string, gate: number): Key => ({
  pk: `A#${part(account)}#FENCE`,
  sk: String(gate).padStart(2, '0'),
})
/** What a region writes to see how far its items have come. */
export const markerKey = (region: string, lane: number): Key => ({
  pk: `MARKER#${part(region)}#${lane}`,
  sk: 'MARKER',
})
/** What the service has told of an account by itself. */
export const noticesKey = (account: string) => `A#${part(account)}#NOTICE`
export const noticeKey = (account: string, subject: string): Key => ({ pk: noticesKey(account), sk: text(subject) })
/** Where rounds of all accounts go on that ran out of time; each region of several has its own. */
export const roundKey = (name: string, region?: string): Key => ({
  pk: 'ROUND',
  sk: part(region === undefined ? name : `${name}:${region}`),
})
export const ACCOUNTS = 'ACCOUNT'
export const accountKey = (account: string): Key => ({ pk: ACCOUNTS, sk: part(account) })

/** A component that is not the last: our own word, never a client's, so that `#` cannot be smuggled into a key. */
function part(value: string): string {
  if (/^[A-Za-z0-9._:$-]{1,255}$/.test(value)) return value
  throw new Error('A key component holds characters it may not hold')
}

/** The last component: any text, hashed where DynamoDB would refuse its length. */
function text(value: string): string {
  if (value === '') throw new Error('A key component is empty')
  if (Buffer.byteLength(value) <= MAX_TEXT_BYTES) return value
  return `sha256:${createHash('sha256').update(value).digest('hex')}`
}
