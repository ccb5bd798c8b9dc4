import { describe, expect, test, vi } from 'vitest'
import type { Principal } from '../../../shared/auth/principal.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { openTestDb, withTable } from '../../factories/engine.ts'
import { memberIds, seedMembers, setMemberCount } from '../../factories/large-group.ts'
import { scanEvents } from '../../factories/scan.ts'
import { type Body, type Call, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { watchedDb } from '../../factories/watched-db.ts'

const db = withTable()
const call = scimApi(db)

let names = 0
const createGroup = async (members: string[] = []): Promise<string> =>
  (await call('POST', '/Groups', newGroup(`Group ${++names}`, { members: members.map((value) => ({ value })) }))).body
    .id
async function createUsers(count: number): Promise<string[]> {
  const users = Array.from({ length: count }, () => newUser(`person-${++names}`))
  return (await Promise.all(users.map((user) => call('POST', '/Users', user)))).map(({ body }) => body.id).sort()
}
const idsOf = (members: { value: string }[] = []) => members.map(({ value }) => value)
const ofMembers = (input: object) => JSON.stringify(input).includes('#MEMBERS#')

/** The same table through a client that lets something happen after each page of members it has read. */
function interruptedDb(after: (page: number) => Promise<unknown>) {
  const client = openTestDb(db.tableName)
  let pages = 0
  client.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next(args)
        if (commandName === 'QueryCommand' && ofMembers(args.input)) await after(++pages)
        return result
      },
    { step: 'initialize', priority: 'low' },
  )
  return client
}

describe('a group too large to hold', () => {
  const MEMBERS = 4000
  let id: string
  test('has its event stored before the first byte leaves, and its later pages read after it', async () => {
    id = await createGroup()
    await seedMembers(db, id, MEMBERS, 4000)
    const { db: watched, calls } = watchedDb(db)
    const { body } = await scimApi(watched)('GET', `/Groups/${id}`)
    expect(idsOf(body.members)).toEqual(memberIds(MEMBERS))
    const commands = calls.map(({ command }) => command)
    const event = commands.indexOf('PutItemCommand')
    expect(commands.lastIndexOf('PutItemCommand')).toBe(event)
    expect(commands.slice(event + 1)).toEqual(commands.slice(event + 1).fill('QueryCommand'))
    expect(commands.slice(event + 1).length).toBeGreaterThan(2)
  })

  test('is answered 503, and not begun, where its event cannot be stored', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValueOnce(true)
    const { db: watched } = watchedDb(db, (command) => {
      if (command === 'PutItemCommand') throw new Error('The table is away')
    })
    const { status, body } = await scimApi(watched)('GET', `/Groups/${id}`)
    expect([status, body.detail]).toEqual([
      503,
      'The request cannot be answered, since its audit event could not be stored; nothing was changed; retry after the seconds named in Retry-After',
    ])
  })

  test('is cut where reading fails in its middle: its event says that it was read, and the log what failed', async () => {
    const lines = vi.spyOn(process.stdout, 'write').mockReturnValueOnce(true)
    const before = (await scanEvents(db)).length
    const failing = interruptedDb(async (page) => {
      if (page === 13) throw new Error('The table is away')
    })
    await expect(scimApi(failing)('GET', `/Groups/${id}`)).rejects.toThrow()
    expect((await scanEvents(db)).slice(before)).toMatchObject([{ method: 'GET', resourceId: id, status: 200 }])
    const logged = lines.mock.calls.map(([line]) => JSON.parse(String(line)))
    expect(logged).toMatchObject([{ level: 'ERROR', message: 'unexpected error', error: 'Error: The table is away' }])
    lines.mockRestore()
  })

  test('is answered with an error where reading fails before it begins', async () => {
    const lines = vi.spyOn(process.stdout, 'write').mockReturnValueOnce(true)
    const failing = interruptedDb(async (page) => {
      if (page === 2) throw new Error('The table is away')
    })
    expect((await scimApi(failing)('GET', `/Groups/${id}`)).status).toBe(500)
    lines.mockRestore()
  })

  test('is not read for a client that knows its version, nor for one that does not ask for members', async () => {
    const { db: watched, calls } = watchedDb(db)
    const api = scimApi(watched)
    const { headers } = await api('GET', `/Groups/${id}?excludedAttributes=members`)
    const { status } = await api('GET', `/Groups/${id}`, undefined, { 'If-None-Match': headers.etag ?? '' })
    expect(status).toBe(304)
    expect(calls.map(({ command }) => command)).toEqual([
      'GetItemCommand',
      'PutItemCommand',
      'GetItemCommand',
      'PutItemCommand',
    ])
  })

  test('is refused where answers do not stream, with the way to read it', async () => {
    const filter = `id eq "${id}"`
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter }
    const { status, body } = await call('POST', '/.search', search)
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '400',
        scimType: 'tooMany',
        detail:
          'The answer would be larger than 6 MB: lower count, leave members out with excludedAttributes, or read a large group by itself at /Groups/{id}',
      },
    })
    const { body: without } = await call('POST', '/.search', { ...search, excludedAttributes: ['members'] })
    expect([without.totalResults, without.Resources[0].members]).toEqual([1, undefined])
  })
})

describe('a group that changes while it is read', () => {
  test('is shown with the members of one version', async () => {
    const users = await createUsers(6)
    const id = await createGroup(users.slice(0, 3))
    const value = users.slice(3).map((user) => ({ value: user }))
    const change = interruptedDb(async (page) => {
      if (page === 1) await call('PATCH', `/Groups/${id}`, patchOf({ op: 'replace', path: 'members', value }))
    })
    const { body } = await scimApi(change)('GET', `/Groups/${id}`)
    expect([body.meta.version, idsOf(body.members)]).toEqual(['W/"2"', users.slice(3)])
  })

  test('so is one in a list, and those that stay are read once', async () => {
    const account = principal({ account: `lists-${++names}` })
    const api = scimApi(db, account)
    const made = await Promise.all(['a', 'b'].map((name) => api('POST', '/Users', newUser(name))))
    const members = made.map(({ body }) => ({ value: body.id }))
    const [first, second] = await Promise.all(
      ['A', 'B'].map(async (name) => (await api('POST', '/Groups', newGroup(name, { members }))).body.id),
    )
    const reads: number[] = []
    const change = interruptedDb(async (page) => {
      reads.push(page)
      if (page === 2)
        await api('PATCH', `/Groups/${first}`, patchOf({ op: 'remove', path: 'members', value: [members[0]] }))
    })
    const { body } = await scimApi(change, account)('GET', '/Groups')
    const shown = new Map(body.Resources.map((group: Body) => [group.id, [group.meta.version, group.members.length]]))
    expect([shown.get(first), shown.get(second), reads.length]).toEqual([['W/"2"', 1], ['W/"1"', 2], 3])
  })

  test('all the time is shown as it was read last, by the version that was read before its members', async () => {
    const [user = ''] = await createUsers(1)
    const id = await createGroup([user])
    const change = interruptedDb((page) =>
      call('PATCH', `/Groups/${id}`, patchOf({ op: 'replace', path: 'externalId', value: `v${page}` })),
    )
    const { status, body } = await scimApi(change)('GET', `/Groups/${id}`)
    expect([status, body.meta.version, body.externalId, idsOf(body.members)]).toEqual([200, 'W/"4"', 'v3', [user]])
  })

  test('and is deleted is 404, and missing from a list', async () => {
    const [user = ''] = await createUsers(1)
    const gone = async (path: (id: string) => string) => {
      const id = await createGroup([user])
      return scimApi(interruptedDb(() => call('DELETE', `/Groups/${id}`)))('GET', path(id))
    }
    expect((await gone((id) => `/Groups/${id}`)).status).toBe(404)
    const { body } = await gone((id) => `/Groups?filter=${encodeURIComponent(`id eq "${id}"`)}`)
    expect(body.Resources).toEqual([])
  })

  test('open changes are overlaid on every page, and who they add comes once', async () => {
    const id = await createGroup()
    await seedMembers(db, id, 3000, 800)
    const [, second = '', ...others] = memberIds(3000)
    const users = await createUsers(60)
    // The writer of a large change is killed before anything of it is applied.
    const { db: dying } = watchedDb(db, (command) => {
      if (command === 'BatchWriteItemCommand') throw new Error('killed')
    })
    const lines = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const change = patchOf(
      { op: 'add', path: 'members', value: users.map((value) => ({ value })) },
      { op: 'remove', path: 'members', value: [{ value: second }, { value: others.at(-1) }] },
    )
    await scimApi(dying)('PATCH', `/Groups/${id}`, change)
    lines.mockRestore()
    expect((await getResource(db, 'default', RESOURCE_TYPES.Group, id))?.applying).toBe(2)
    const { body } = await call('GET', `/Groups/${id}?attributes=members.value`)
    const left = memberIds(3000).filter((member) => member !== second && member !== others.at(-1))
    expect(idsOf(body.members)).toEqual([...left, ...users])
  })
})

describe('a page of a list ends where it would outgrow the answer', () => {
  /** An account with groups that count so many members. */
  async function groupsOf(...counts: number[]): Promise<{ api: Call; caller: Principal; ids: string[] }> {
    const caller = principal({ role: `ROLE_${++names}` })
    const api = scimApi(db, caller)
    const ids: string[] = []
    for (const count of counts) {
      const { body } = await api('POST', '/Groups', newGroup(`Counted ${++names}`))
      await setMemberCount(db, body.id, count)
      ids.push(body.id)
    }
    return { api, caller, ids }
  }

  const COUNTS = [12_000, 12_000, 12_000, 0, 120_000, 12_000, 12_000]
  const PAGES = [2, 2, 1, 2]

  /** Follows a list page by page; `next` is the query of the page behind one. */
  async function walk(api: Call, begin: string, next: (page: Body) => string | undefined) {
    const pages: Body[] = []
    for (let query: string | undefined = begin; query !== undefined; query = next(pages.at(-1))) {
      const { status, body } = await api('GET', `/Groups?${query}`)
      expect(status).toBe(200)
      pages.push(body)
    }
    return {
      sizes: pages.map(({ Resources }) => Resources.length),
      ids: pages.flatMap(({ Resources }) => Resources.map((one: Body) => one.id)),
    }
  }

  test.each([
    ['itemsPerPage', (page: Body) => page.startIndex + page.itemsPerPage],
    ['count', (page: Body) => page.startIndex + 100],
  ])('and clients that add %s to startIndex see each group once', async (_name, nextIndex) => {
    const { api, ids } = await groupsOf(...COUNTS)
    const walked = await walk(api, 'startIndex=1', (page) =>
      nextIndex(page) <= page.totalResults ? `startIndex=${nextIndex(page)}` : undefined,
    )
    expect(walked).toEqual({ sizes: PAGES, ids })
  })

  test('also a filtered and sorted list that would fit one page by its number', async () => {
    const { api, ids } = await groupsOf(...COUNTS)
    const query = 'filter=displayName pr&sortBy=displayName'
    const walked = await walk(api, query, ({ startIndex, itemsPerPage, totalResults }) =>
      startIndex + itemsPerPage <= totalResults ? `${query}&startIndex=${startIndex + itemsPerPage}` : undefined,
    )
    expect(walked).toEqual({ sizes: PAGES, ids })
  })

  test('and goes on by cursor behind the last one shown', async () => {
    const { api, ids } = await groupsOf(...COUNTS)
    const walked = await walk(api, 'cursor', ({ nextCursor }) => nextCursor && `cursor=${nextCursor}`)
    expect(walked).toEqual({ sizes: PAGES, ids })
  })

  test('who is deleted between two pages moves nobody', async () => {
    const { api, ids } = await groupsOf(...COUNTS)
    const first = await api('GET', '/Groups')
    expect(first.body.Resources).toHaveLength(2)
    await setMemberCount(db, ids[0] as string, 0)
    expect((await api('DELETE', `/Groups/${ids[0]}`)).status).toBe(204)
    const second = await api('GET', '/Groups?startIndex=3')
    expect(second.body.Resources.map((group: Body) => group.id)).toEqual(ids.slice(2, 4))
  })

  test.each([
    ['excludedAttributes=members', [7]],
    ['attributes=displayName', [7]],
    ['attributes=members.value', [4, 1, 2]],
  ])('told by what is shown: %s', async (query, sizes) => {
    const { api, ids } = await groupsOf(...COUNTS)
    const walked = await walk(api, query, ({ startIndex, itemsPerPage, totalResults }) =>
      startIndex + itemsPerPage <= totalResults ? `${query}&startIndex=${startIndex + itemsPerPage}` : undefined,
    )
    expect(walked).toEqual({ sizes, ids })
  })

  test('before a member is read: what a page leaves out costs nothing', async () => {
    const { caller, ids } = await groupsOf(12_000, 12_000, 12_000, 12_000)
    const read = new Set<number>()
    const watched = interruptedDb(async (page) => void read.add(page))
    const { body } = await scimApi(watched, caller)('GET', '/Groups')
    expect([body.Resources.map((group: Body) => group.id), read.size]).toEqual([ids.slice(0, 2), 2])
  })

  test('in the root search too', async () => {
    const { api, ids } = await groupsOf(12_000, 12_000, 12_000)
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest']
    const filter = 'displayName sw "Counted"'
    const first = await api('POST', '/.search', { schemas, filter })
    const second = await api('POST', '/.search', { schemas, filter, startIndex: 3 })
    const shown = [first, second].map(({ body }) => body.Resources.map((group: Body) => group.id))
    expect(shown).toEqual([ids.slice(0, 2), ids.slice(2)])
  })
})
