import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { parseEventQuery } from '../../shared/audit/event-query.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { authorizerHandler } from '../../shared/http/authorizer-handler.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { MAX_SCANNED_RESOURCES } from '../../shared/scim/limits.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { CORE_GROUP } from '../../shared/scim/schemas/core-group.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { listEvents } from '../../shared/store/events/query.ts'
import { toMemberItem } from '../../shared/store/groups/member-item.ts'
import { countKey } from '../../shared/store/keys.ts'
import { namedId } from '../../shared/store/new-id.ts'
import { runSlice } from '../../shared/worker/work.ts'
import { adminContext } from '../factories/admin.ts'
import { apiEvent, lambdaContext, OKTA } from '../factories/api-event.ts'
import { anEvent } from '../factories/events.ts'
import type { Meter, Usage } from './meter.ts'
import type { Send } from './scim-client.ts'
import { aUser, seedUsers } from './seed.ts'

/** What AWS charges for it now, so that nothing becomes dearer unseen. */
interface Budget {
  roundTrips: number
  readUnits: number
  writeUnits: number
}

export interface Measured {
  name: string
  budget: Budget
  usage: Usage
  /** Figures of the budget count for one row or member each. */
  per?: number
  /** Only the round trips up to the commit count. */
  commitOnly?: boolean
}

/** A system of one size, and what the operations need to know of it. */
export interface Bench {
  db: Db
  meter: Meter
  send: Send
  sendAs: (caller: Principal) => Send
  /** By a process that knows nothing yet of its callers' tokens. */
  sendAnew: Send
  caller: Principal
  /** Ids of the users there are. */
  users: string[]
  /** A group with `members` members. */
  group: string
}

const PATCH = ['urn:ietf:params:scim:api:messages:2.0:PatchOp']
const patch = (...Operations: object[]) => ({ schemas: PATCH, Operations })

/** Every operation with a budget, measured in turn. */
export async function measureOperations(bench: Bench): Promise<Measured[]> {
  return [
    await authorizerMiss(bench),
    ...(await userReads(bench)),
    ...(await userWrites(bench)),
    ...(await pages(bench)),
    ...(await pagesWithGroups(bench)),
    await minority(bench),
    ...(await refusals(bench)),
    ...(await groups(bench)),
    ...(await history(bench)),
  ]
}

async function measured(
  { meter }: Bench,
  name: string,
  budget: Budget,
  run: () => Promise<unknown>,
  more: Partial<Measured> = {},
): Promise<Measured> {
  const { usage } = await meter.measure(run)
  return { name, budget, usage, ...more }
}

async function authorizerMiss(bench: Bench): Promise<Measured> {
  const { db } = bench
  const name = `BENCH_${Date.now()}`
  await createIntegration(adminContext(db), { name, clientKind: 'OKTA' })
  const { token } = await issueToken(adminContext(db), { integration: name })
  const authorize = authorizerHandler({ db, region: 'us-east-1', deployment: 'rolecall' })
  const headers = { Authorization: `Bearer ${token}` }
  const event = { ...apiEvent({ resource: '/scim/v2/Users', headers }), type: 'REQUEST', methodArn: '' }
  const run = () => authorize(event as unknown as APIGatewayRequestAuthorizerEvent, lambdaContext())
  return measured(bench, 'authorizer, cache miss', { roundTrips: 1, readUnits: 1, writeUnits: 0 }, run)
}

/** The number of a user in one group: the first ten are in the small group, and all are in the large one once there is one. */
const inOneGroup = ({ users }: Bench): number => (users.length > 1000 ? 17 : 7)

async function userReads(bench: Bench): Promise<Measured[]> {
  const { send, sendAnew, users } = bench
  const n = inOneGroup(bench)
  const params = { id: users[n - 1] ?? '' }
  const filter = (text: string) => () => send({ resource: '/Users', query: { filter: text } })
  const find = { roundTrips: 4, readUnits: 3, writeUnits: 1 }
  return [
    await measured(bench, 'GET user, with groups', { roundTrips: 3, readUnits: 2, writeUnits: 1 }, () =>
      send({ resource: '/Users/{id}', params }),
    ),
    await measured(
      bench,
      'the same, once in 2 seconds and once a minute',
      { roundTrips: 3, readUnits: 3, writeUnits: 2 },
      () => sendAnew({ resource: '/Users/{id}', params }),
    ),
    await measured(bench, 'GET Users?filter=userName eq', find, filter(`userName eq "Person.${n}@example.com"`)),
    await measured(bench, 'GET Users?filter=externalId eq', find, filter(`externalId eq "${aUser(n).externalId}"`)),
  ]
}

let created = 1_000_000

async function userWrites(bench: Bench): Promise<Measured[]> {
  const { send, users } = bench
  const params = { id: users[inOneGroup(bench) + 1] ?? '' }
  const resource = '/Users/{id}'
  const body = patch({ op: 'replace', path: 'title', value: `Engineer ${Date.now()}` })
  const user = await send({ resource, params })
  const create = { roundTrips: 1, readUnits: 0 }
  return [
    await measured(bench, 'POST user, whose address is its userName', { ...create, writeUnits: 12 }, () =>
      send({ method: 'POST', resource: '/Users', body: aUser(created++) }),
    ),
    await measured(bench, 'POST user, with another address', { ...create, writeUnits: 14 }, () => {
      const emails = [{ value: `alias.${created}@example.com`, type: 'work', primary: true }]
      return send({ method: 'POST', resource: '/Users', body: { ...aUser(created++), emails } })
    }),
    await measured(bench, 'PATCH user, one attribute', { roundTrips: 2, readUnits: 1, writeUnits: 5 }, () =>
      send({ method: 'PATCH', resource, params, body, query: { excludedAttributes: 'groups' } }),
    ),
    await measured(bench, 'PATCH user, answered with groups', { roundTrips: 3, readUnits: 2, writeUnits: 5 }, () =>
      send({ method: 'PATCH', resource, params, body: patch({ op: 'replace', path: 'title', value: 'Chief' }) }),
    ),
    await measured(bench, 'PUT user unchanged', { roundTrips: 2, readUnits: 1, writeUnits: 1 }, async () =>
      send({
        method: 'PUT',
        resource,
        params,
        body: { ...user, title: 'Chief' },
        query: { excludedAttributes: 'groups' },
      }),
    ),
  ]
}

const pageFrom = (startIndex: number) => ({
  resource: '/Users',
  query: { startIndex: String(startIndex), count: '100', excludedAttributes: 'groups' },
})

/** A page that others follow writes where the next one begins: the mark is what keeps later pages cheap. */
async function pages(bench: Bench): Promise<Measured[]> {
  const { db, send, sendAs, caller, users } = bench
  const small = { ...caller, account: `hundred-${users.length}` }
  await seedUsers(db, small, 1, 100)
  const whole = { roundTrips: 2, readUnits: 24, writeUnits: 1 }
  const beginning = { roundTrips: 2, readUnits: 24, writeUnits: 2 }
  const sequential = { roundTrips: 3, readUnits: 24, writeUnits: 3 }
  const page = (at: number) => () => send(pageFrom(at))
  // The first list of a process waits for the counts, which say how the caller's own are best read.
  for (const who of [small, caller]) await sendAs(who)(pageFrom(1))
  const list = await measured(bench, 'list of 100 users, without groups', whole, () => sendAs(small)(pageFrom(1)))
  const first = await measured(bench, 'first page of 100, others follow', beginning, page(1))
  const second = await measured(bench, 'second page of 100, sequential', sequential, page(101))
  const last = users.length - 99
  for (let at = 201; at < last; at += 100) await page(at)()
  return [list, first, second, await measured(bench, 'last page of 100, sequential', sequential, page(last))]
}

/** Lists as identity providers ask for them; each user is in one group, every second one in another too. */
async function pagesWithGroups(bench: Bench): Promise<Measured[]> {
  const { db, sendAs, caller } = bench
  const own = { ...caller, account: `grouped-${bench.users.length}` }
  const send = sendAs(own)
  const users = await seedUsers(db, own, 1, bench.users.length / 5)
  for (const share of [1, 2]) {
    const body = { schemas: [CORE_GROUP], displayName: `One in ${share}` }
    const { id } = await send({ method: 'POST', resource: '/Groups', body })
    const members = users.filter((_, i) => i % share === 0)
    const puts = members.map((userId) => ({ PutRequest: { Item: toMemberItem(own.account, id, { userId }) } }))
    await batchWrite(db, puts)
  }
  const page = (startIndex: number) => () =>
    send({ resource: '/Users', query: { startIndex: String(startIndex), count: '50' } })
  const whole = () => send({ resource: '/Users', query: { count: '100' } })
  await page(1)()
  // Where the users were made across the bound of two ranges of the index, it takes one query and half a unit more.
  return [
    await measured(
      bench,
      'list page of 100 users, with groups',
      { roundTrips: 4, readUnits: 30, writeUnits: 2 },
      whole,
    ),
    await measured(bench, 'second page of 50, with groups', { roundTrips: 5, readUnits: 18, writeUnits: 3 }, page(51)),
  ]
}

/** A role that owns 50 objects, neighbours, of all there are, and its whole list: what an account of 50 pays and a fifth. */
async function minority(bench: Bench): Promise<Measured> {
  const { db, sendAs, caller, users } = bench
  const major = { ...caller, account: `mixed-${users.length}` }
  await seedUsers(db, major, 1, users.length)
  const minor = { ...major, role: `MINOR_${created}`, integration: 'MINOR' }
  // Of an hour ago: what was made in the last moments is read beside the index.
  const then = Date.now() - 3_600_000
  await seedUsers(db, minor, created, created + 49, (n) => namedId(then, `${minor.role} ${n}`))
  created += 50
  const list = () => sendAs(minor)(pageFrom(1))
  await list()
  const budget = { roundTrips: 3, readUnits: 15, writeUnits: 1 }
  return measured(bench, 'list of a role that owns 50 among all, without groups', budget, list)
}

/** An account in which the caller owns more than may be examined, as its counter says. */
async function refusals(bench: Bench): Promise<Measured[]> {
  const { db, sendAs, caller, users } = bench
  const own = { ...caller, account: `crowded-${users.length}` }
  const count = MAX_SCANNED_RESOURCES + users.length
  const Item = { pk: countKey(own.account, RESOURCE_TYPES.User), sk: '000', all: count, [`own#${own.role}`]: count }
  await batchWrite(db, [{ PutRequest: { Item } }])
  const budget = { roundTrips: 2, readUnits: 1, writeUnits: 1 }
  const refused = (query: Record<string, string>) => async () => {
    const outcome = await sendAs(own)({ resource: '/Users', query }).catch((error: Error) => error.message)
    if (!String(outcome).includes('tooMany')) throw new Error('A list that is too large was answered')
  }
  return [
    await measured(bench, 'a filter that is refused for its size', budget, refused({ filter: 'title pr' })),
    await measured(
      bench,
      'a sort that is refused for its size',
      { ...budget, readUnits: 2 },
      refused({ sortBy: 'title', startIndex: '101' }),
    ),
  ]
}

async function groups(bench: Bench): Promise<Measured[]> {
  const { db, send, caller, group } = bench
  const params = { id: group }
  const resource = '/Groups/{id}'
  const add = (ids: string[]) => patch({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) })
  const [newcomer] = await seedUsers(db, caller, created, created++)
  const change = { roundTrips: 2, readUnits: 2, writeUnits: 10 }
  const without = { excludedAttributes: 'members' }
  return [
    await measured(bench, 'PATCH group, add 1 member', change, () =>
      send({ method: 'PATCH', resource, params, body: add([newcomer ?? '']), query: without }),
    ),
    await measured(bench, 'GET group without members', { roundTrips: 2, readUnits: 1, writeUnits: 1 }, () =>
      send({ resource, params, query: without }),
    ),
  ]
}

/** Adds users to a new group in one request, and measures it. */
export async function addMembers(bench: Bench, ids: string[]): Promise<Measured> {
  const { db, send, caller } = bench
  const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: `Group of ${ids.length}` }
  const { id } = await send({ method: 'POST', resource: '/Groups', body })
  const value = ids.map((user) => ({ value: user }))
  const request = {
    method: 'PATCH',
    resource: '/Groups/{id}',
    params: { id },
    query: { excludedAttributes: 'members' },
  }
  const name = `PATCH group, add ${ids.length.toLocaleString('en')} members (commit; units per member)`
  const work = { account: caller.account, kind: 'GROUP', id } as const
  const run = async () => {
    await send({ ...request, body: patch({ op: 'add', path: 'members', value }) })
    while ((await runSlice(db, work, db.clock() + 60_000)).end !== 'done');
  }
  const more = { per: ids.length, commitOnly: true }
  const result = await measured(bench, name, { roundTrips: 3, readUnits: 0.1, writeUnits: 3.2 }, run, more)
  bench.group = id
  return result
}

const MINUTE_MS = 60_000
const AUDITED = 'audited'

/** `perMinute` requests in each of the last five minutes, of the kinds an IdP sends. */
async function seedEvents(db: Db, account: string, now: number, perMinute: number): Promise<void> {
  const step = MINUTE_MS / perMinute
  const events = Array.from({ length: 5 * perMinute }, (_, i) => {
    const at = new Date(now - 1 - i * step)
    const about = {
      resourceId: anEvent(at).eventId,
      resourceName: 'person.7@example.com',
      resourceDomain: 'USER' as const,
    }
    const common = { account, tokenId: OKTA.tokenId, userAgent: 'OKTA SCIM Integration' }
    if (i % 2 === 0) return anEvent(at, { ...common, query: 'filter=userName eq "person.7@example.com"' })
    const changes = [{ attribute: 'title', before: 'Engineer', after: 'Senior Engineer' }]
    return anEvent(at, { ...common, ...about, method: 'PATCH', changes })
  })
  await batchWrite(
    db,
    events.map((event) => ({ PutRequest: { Item: toEventItem(db, event) } })),
  )
}

async function history(bench: Bench): Promise<Measured[]> {
  const { db, users } = bench
  const now = new Date()
  // In which shards events lie is drawn by lot: hence some room.
  const budget = { roundTrips: 1, readUnits: 0.1, writeUnits: 0 }
  const question = parseEventQuery({ last: '5m', limit: 200 }, now, db.eventRetentionDays)
  const ask = (account: string) => async () => {
    const { events } = await listEvents(db, account, question, now)
    if (events.length !== 200) throw new Error(`The event history showed ${events.length} rows`)
  }
  const [quiet, busy] = [`${AUDITED}-${users.length}`, `${AUDITED}-busy-${users.length}`]
  await seedEvents(db, quiet, now.getTime(), 40)
  await seedEvents(db, busy, now.getTime(), users.length)
  const name = 'event history, last 5 minutes, 200 rows (units per row)'
  const many = `the same with ${(5 * users.length).toLocaleString('en')} events in those minutes`
  return [
    await measured(bench, name, budget, ask(quiet), { per: 200 }),
    await measured(bench, many, { ...budget, readUnits: 0.15 }, ask(busy), { per: 200 }),
  ]
}
