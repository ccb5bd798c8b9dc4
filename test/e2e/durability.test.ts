import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTable } from '../../local/engine/create-table.ts'
import { startEngine } from '../../local/engine/engine.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import { foldName } from '../../shared/scim/fold.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { nameOf } from '../../shared/store/claims.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import { countResources } from '../../shared/store/counters.ts'
import { collectionKey, type Key, lookupKey, nameKey, resourceKey } from '../../shared/store/keys.ts'
import { newId } from '../../shared/store/new-id.ts'
import { type StoredResource, toResource } from '../../shared/store/resource-item.ts'
import { putNewResource, putVersion } from '../../shared/store/resource-writes.ts'
import { anEvent } from '../factories/events.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import { engineOf, scratchFolder } from './start.ts'

const ROUNDS = 10
const WRITERS = 8
/** Acknowledged writes after which the engine is killed, in the middle of others. */
const WRITES_PER_ROUND = 40
const ACCOUNT = 'default'
const { User } = RESOURCE_TYPES

let folder: ReturnType<typeof scratchFolder>
beforeEach(() => {
  folder = scratchFolder()
})
afterEach(() => folder.remove())

/** Runs something with an engine over the folder; one that was killed meanwhile is let go of. */
async function withEngine<T>(run: (db: Db, kill: () => void) => Promise<T>): Promise<T> {
  const engine = await startEngine({ dataDir: folder.path })
  const config = { tableName: 'durable', publicBaseUrl: undefined, eventRetentionDays: 90, requestLog: false }
  const db = openDb({ ...config, dynamodbEndpoint: engine.endpoint }, { ...LOCAL_AWS, maxAttempts: 1 })
  try {
    return await run(db, () => process.kill(engineOf(folder.path), 'SIGKILL'))
  } finally {
    db.client.destroy()
    await engine.stop()
  }
}

test(`an engine killed ${ROUNDS} times under load loses no acknowledged write and tears no transaction`, async () => {
  /** Version of each user whose write was acknowledged. */
  const acknowledged = new Map<string, number>()
  await withEngine((db) => createTable(db))
  for (let round = 0; round < ROUNDS; round++) {
    await withEngine((db, kill) => writeUntilKilled(db, kill, (id, version) => acknowledged.set(id, version)))
  }
  await withEngine(async (db) => {
    const users = await expectWholeTransactions(db)
    const lost = [...acknowledged].filter(([id, version]) => (users.get(id)?.version ?? 0) < version)
    expect(lost).toEqual([])
    expect(acknowledged.size).toBeGreaterThanOrEqual((ROUNDS * WRITES_PER_ROUND) / 2)
  })
})

/** Lets writers create users and change them until the engine is killed; none may fail before that. */
async function writeUntilKilled(db: Db, kill: () => void, acknowledge: (id: string, version: number) => void) {
  let count = 0
  const done = (id: string, version: number) => {
    acknowledge(id, version)
    count += 1
    if (count === WRITES_PER_ROUND) kill()
  }
  const failures: number[] = []
  const writers = Array.from({ length: WRITERS }, () => writeForever(db, done).catch(() => failures.push(count)))
  await Promise.all(writers)
  expect(failures.filter((at) => at < WRITES_PER_ROUND)).toEqual([])
}

async function writeForever(db: Db, done: (id: string, version: number) => void): Promise<never> {
  for (;;) {
    const user = newStoredUser()
    await putNewResource(db, ACCOUNT, user, eventOf(user, 'POST'))
    done(user.id, user.version)
    const after = {
      ...user,
      version: 2,
      attributes: { ...user.attributes, title: 'Engineer' },
      eventId: newId(new Date()),
    }
    await putVersion(db, ACCOUNT, { before: user, after }, eventOf(after, 'PATCH'))
    done(after.id, after.version)
  }
}

function newStoredUser(): StoredResource {
  const at = new Date()
  const id = newId(at)
  const time = { created: at.toISOString(), lastModified: at.toISOString() }
  const attributes = { userName: `${id}@example.com`, externalId: `ext-${id}` }
  return { type: User, id, owner: 'OKTA_PROVISIONER', version: 1, ...time, attributes, eventId: newId(at) }
}

const eventOf = ({ id, eventId }: StoredResource, method: string) =>
  anEvent(new Date(), { eventId, method, resourceId: id, resourceDomain: 'USER' })

/** Every user with its name and lookup, one event for each of its versions, the count; and nothing besides. */
async function expectWholeTransactions(db: Db): Promise<Map<string, StoredResource>> {
  const items = (await scanAll(db)) as (Key & Record<string, unknown>)[]
  const users = items.filter(({ pk }) => pk === collectionKey(ACCOUNT, User)).map((item) => toResource(User, item))
  const besides = items.filter(({ pk }) => !/#(EVENT|COUNT)#/.test(pk))
  expect(besides.map(keyText).sort()).toEqual(users.flatMap(keysOf).map(keyText).sort())
  const events = Map.groupBy(await scanEvents(db), ({ resourceId }) => resourceId)
  const eventCounts = [...events].map(([id, ofUser]) => [id, ofUser.length])
  expect(eventCounts.sort()).toEqual(users.map(({ id, version }) => [id, version]).sort())
  expect(await countResources(db, ACCOUNT, User)).toBe(users.length)
  return new Map(users.map((user) => [user.id, user]))
}

const keyText = ({ pk, sk }: Key) => `${pk} ${sk}`
const keysOf = (user: StoredResource): Key[] => [
  resourceKey(ACCOUNT, User, user.id),
  nameKey(ACCOUNT, User, foldName(nameOf(user))),
  lookupKey(ACCOUNT, User, 'externalId', String(user.attributes.externalId), user.id),
]
