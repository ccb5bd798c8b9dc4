import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { parseEventQuery } from '../../shared/audit/event-query.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { authorizerHandler } from '../../shared/http/authorizer-handler.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { listEvents } from '../../shared/store/events/query.ts'
import { runSlice } from '../../shared/work/work.ts'
import { adminContext } from '../factories/admin.ts'
import { apiEvent, lambdaContext, OKTA } from '../factories/api-event.ts'
import { anEvent } from '../factories/events.ts'
import type { Meter, Usage } from './meter.ts'
import type { Send } from './scim-client.ts'
import { aUser, seedUsers } from './seed.ts'

/** What DESIGN section 9 allows; absent where it names no figure. */
interface Budget {
  roundTrips: number
  readUnits?: number
  writeUnits?: number
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
  const authorize = authorizerHandler({ db, region: 'us-east-1' })
  const headers = { Authorization: `Bearer ${token}` }
  const event = { ...apiEvent({ resource: '/scim/v2/Users', headers }), type: 'REQUEST', methodArn: '' }
  const run = () => authorize(event as unknown as APIGatewayRequestAuthorizerEvent, lambdaContext())
  return measured(bench, 'authorizer, cache miss', { roundTrips: 1, readUnits: 1, writeUnits: 0 }, run)
}

async function userReads(bench: Bench): Promise<Measured[]> {
  const { send, users } = bench
  const params = { id: users[7] ?? '' }
  const filter = (text: string) => () => send({ resource: '/Users', query: { filter: text } })
  const find = { roundTrips: 3, readUnits: 2.5, writeUnits: 1 }
  // The first request of these five seconds, which looks for pending work.
  await send({ resource: '/Users/{id}', params })
  return [
    await measured(bench, 'GET user, with groups', { roundTrips: 2, readUnits: 1.5, writeUnits: 1 }, () =>
      send({ resource: '/Users/{id}', params }),
    ),
    await measured(bench, 'GET Users?filter=userName eq', find, filter('userName eq "Person.7@example.com"')),
    await measured(bench, 'GET Users?filter=externalId eq', find, filter(`externalId eq "${aUser(7).externalId}"`)),
  ]
}

let created = 1_000_000

async function userWrites(bench: Bench): Promise<Measured[]> {
  const { send, users } = bench
  const params = { id: users[5] ?? '' }
  const resource = '/Users/{id}'
  const body = patch({ op: 'replace', path: 'title', value: `Engineer ${Date.now()}` })
  const user = await send({ resource, params })
  return [
    await measured(bench, 'POST user', { roundTrips: 1, readUnits: 0, writeUnits: 16 }, () =>
      send({ method: 'POST', resource: '/Users', body: aUser(created++) }),
    ),
    await measured(bench, 'PATCH user, one attribute', { roundTrips: 2, readUnits: 1, writeUnits: 6 }, () =>
      send({ method: 'PATCH', resource, params, body, query: { excludedAttributes: 'groups' } }),
    ),
    await measured(bench, 'PATCH user, answered with groups', { roundTrips: 2, readUnits: 1.5, writeUnits: 6 }, () =>
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
  const whole = { roundTrips: 2, readUnits: 27, writeUnits: 1 }
  const beginning = { roundTrips: 2, readUnits: 27, writeUnits: 2 }
  const sequential = { roundTrips: 3, readUnits: 29, writeUnits: 3 }
  const page = (at: number) => () => send(pageFrom(at))
  const list = await measured(bench, 'list of 100 users, without groups', whole, () => sendAs(small)(pageFrom(1)))
  const first = await measured(bench, 'first page of 100, others follow', beginning, page(1))
  const second = await measured(bench, 'second page of 100, sequential', sequential, page(101))
  const last = users.length - 99
  for (let at = 201; at < last; at += 100) await page(at)()
  return [list, first, second, await measured(bench, 'last page of 100, sequential', sequential, page(last))]
}

async function groups(bench: Bench): Promise<Measured[]> {
  const { db, send, caller, group } = bench
  const params = { id: group }
  const resource = '/Groups/{id}'
  const add = (ids: string[]) => patch({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) })
  const [newcomer] = await seedUsers(db, caller, created, created++)
  const change = { roundTrips: 2, readUnits: 2, writeUnits: 12 }
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
  const result = await measured(bench, name, { roundTrips: 3, writeUnits: 3.4 }, run, more)
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
  const budget = { roundTrips: 1, readUnits: 0.2, writeUnits: 0 }
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
    await measured(bench, many, budget, ask(busy), { per: 200 }),
  ]
}
