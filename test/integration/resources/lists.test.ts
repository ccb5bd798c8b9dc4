import { describe, expect, test } from 'vitest'
import { withAwsTable } from '../../factories/aws.ts'
import { type Call, newGroup, newUser, principal, scimApi } from '../../factories/scim-api.ts'
import { untilTold } from '../../factories/until-told.ts'

const db = withAwsTable()

let accounts = 0
/** A caller in an account of its own, with so many users in it. */
async function withUsers(count: number): Promise<{ call: Call; ids: string[] }> {
  const call = scimApi(db, principal({ account: `lists-${++accounts}` }))
  const ids: string[] = []
  for (let i = 0; i < count; i++) {
    const { body } = await call('POST', '/Users', newUser(`user-${i}`, { title: i % 2 ? 'odd' : 'even' }))
    ids.push(body.id)
  }
  return { call, ids }
}

const idsOf = (body: { Resources: { id: string }[] }) => body.Resources.map(({ id }) => id)

describe('paging', () => {
  test('LST-1 PAG-3 pages by index show every user once, in the order of creation, with exact totals', async () => {
    const { call, ids } = await withUsers(7)
    const seen: string[] = []
    for (let startIndex = 1; startIndex <= 7; startIndex += 3) {
      const { body } = await call('GET', `/Users?startIndex=${startIndex}&count=3`)
      expect(body).toMatchObject({ totalResults: 7, startIndex, itemsPerPage: body.Resources.length })
      seen.push(...idsOf(body))
    }
    expect(seen).toEqual(ids)
  })

  test('PAG-1 PAG-2 count 0, bounds, and beyond the end', async () => {
    const { call } = await withUsers(2)
    const list = async (query: string) => {
      const { totalResults, itemsPerPage, startIndex } = (await call('GET', `/Users?${query}`)).body
      return [totalResults, itemsPerPage, startIndex]
    }
    expect(await list('count=0')).toEqual([2, 0, 1])
    expect(await list('count=-5')).toEqual([2, 0, 1])
    expect(await list('startIndex=-3&count=1')).toEqual([2, 1, 1])
    expect(await list('startIndex=99')).toEqual([2, 0, 99])
    expect(await list('startIndex=2')).toEqual([2, 1, 2])
    expect((await call('GET', '/Users?count=two')).body.scimType).toBe('invalidValue')
  })

  test('invariant 7: who stays is shown exactly once while others are deleted and created between the pages', async () => {
    for (const filter of ['', '&filter=title pr', '&sortBy=userName']) {
      const { call, ids } = await withUsers(10)
      const seen: string[] = []
      let startIndex = 1
      let total = Number.POSITIVE_INFINITY
      const doomed = [0, 1, 2, 4].map((i) => ids[i] as string)
      while (startIndex <= total) {
        const { body } = await call('GET', `/Users?startIndex=${startIndex}&count=2${filter}`)
        seen.push(...idsOf(body))
        total = body.totalResults
        if (body.itemsPerPage === 0) break
        startIndex += body.itemsPerPage
        const victim = doomed.pop()
        if (victim) await call('DELETE', `/Users/${victim}`)
        await call('POST', '/Users', newUser(`zz-late-${accounts}-${startIndex}`, { title: 'late' }))
        if (startIndex > 60) throw new Error('The paging does not end')
      }
      const stayed = ids.filter((_, i) => ![0, 1, 2, 4].includes(i))
      expect(seen.filter((id) => stayed.includes(id)).sort()).toEqual([...stayed].sort())
    }
  })

  test('CUR-1 cursors lead from page to page and end with the last', async () => {
    const { call, ids } = await withUsers(5)
    const seen: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 3; pages++) {
      const { body } = await call('GET', `/Users?count=2&cursor=${cursor}`)
      expect(body).not.toHaveProperty('startIndex')
      expect(body).not.toHaveProperty('previousCursor')
      expect(body.totalResults).toBe(5)
      seen.push(...idsOf(body))
      cursor = body.nextCursor
      if (pages < 2) expect(cursor).toMatch(/^[A-Za-z0-9._~-]+$/)
    }
    expect(cursor).toBeUndefined()
    expect(seen).toEqual(ids)
    const even = await withUsers(4)
    const first = await even.call('GET', '/Users?count=2&cursor=')
    const last = await even.call('GET', `/Users?count=2&cursor=${first.body.nextCursor}`)
    expect(last.body.nextCursor).toBeUndefined()
  })

  test('CUR-2 a cursor is good for its own list, its own caller and ten minutes', async () => {
    const { call } = await withUsers(3)
    const { body } = await call('GET', '/Users?count=1&cursor=')
    const follow = async (caller: Call, query = '') =>
      (await caller('GET', `/Users?count=1&cursor=${body.nextCursor}${query}`)).body
    const other = scimApi(db, principal({ account: `lists-${accounts}`, tokenId: 'another' }))
    const later = scimApi(db, principal({ account: `lists-${accounts}` }), {
      now: () => new Date(Date.now() + 601_000),
    })
    expect((await follow(call)).itemsPerPage).toBe(1)
    expect((await follow(call, '&filter=title pr')).scimType).toBe('invalidCursor')
    expect((await follow(other)).scimType).toBe('invalidCursor')
    expect((await follow(later)).scimType).toBe('expiredCursor')
    expect((await call('GET', '/Users?cursor=forged')).body.scimType).toBe('invalidCursor')
  })
})

describe('filters and order', () => {
  test('FIL-14 every access path finds the same users', async () => {
    const { call } = await withUsers(0)
    const user = newUser('Ann@Example.com', {
      externalId: 'E-1',
      emails: [{ value: 'ann@x.org', type: 'work' }],
      active: false,
    })
    const { body: ann } = await call('POST', '/Users', user)
    await call('POST', '/Users', newUser('annabel'))
    const find = async (filter: string) =>
      idsOf((await call('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body)
    for (const filter of [
      `id eq "${ann.id}"`,
      'userName eq "ANN@example.com"',
      'externalId eq "E-1"',
      'emails.value eq "ANN@x.org"',
      'emails[value eq "ann@x.org" and type eq "work"]',
      'emails[type eq "work"].value eq "ann@x.org"',
      'userName sw "ann@"',
      'userName eq "ann@example.com" and active eq false',
      'active eq false',
      'emails co "x.org" and not (userName eq "annabel")',
    ]) {
      expect([filter, await find(filter)]).toEqual([filter, [ann.id]])
    }
    expect(await find('userName sw "ANN"')).toHaveLength(2)
    expect(await find('externalId eq "e-1"')).toEqual([])
    for (const filter of ['userName eq ""', 'id eq ""', 'externalId eq ""', `userName sw "${'é'.repeat(600)}"`]) {
      expect([filter, await find(filter)]).toEqual([filter, []])
    }
    expect(await find('emails[value eq "ann@x.org" and type eq "home"]')).toEqual([])
  })

  test('FIL-15 groups are found by name, by external id and by member', async () => {
    const { call, ids } = await withUsers(2)
    const { body } = await call('POST', '/Groups', newGroup('Sales', { externalId: 'S', members: [{ value: ids[0] }] }))
    const find = async (filter: string) =>
      idsOf((await call('GET', `/Groups?filter=${encodeURIComponent(filter)}`)).body)
    expect(await find('displayName eq "sales"')).toEqual([body.id])
    expect(await find('externalId eq "S"')).toEqual([body.id])
    await untilTold(() => find(`members eq "${ids[0]}"`), [body.id])
    expect(await find(`members.value eq "${ids[1]}"`)).toEqual([])
    expect(await find(`id eq "${body.id}" and members[value eq "${ids[0]}"]`)).toEqual([body.id])
    expect(await find(`id eq "${body.id}" and members.value eq "${ids[1]}"`)).toEqual([])
    expect(await find('members pr')).toEqual([body.id])
    expect(await find('displayName sw "sal"')).toEqual([body.id])
  })

  test('SRT-1 SRT-2 sorting, with missing values last', async () => {
    const { call } = await withUsers(0)
    for (const [userName, title] of [
      ['c', 'beta'],
      ['a', 'Alpha'],
      ['b', undefined],
    ]) {
      await call('POST', '/Users', newUser(userName as string, { title }))
    }
    const order = async (query: string) =>
      (await call('GET', `/Users?${query}`)).body.Resources.map(({ userName }: { userName: string }) => userName).join(
        '',
      )
    expect(await order('sortBy=userName')).toBe('abc')
    expect(await order('sortBy=title')).toBe('acb')
    expect(await order('sortBy=title&sortOrder=descending')).toBe('bca')
    expect(await order('sortBy=meta.created&sortOrder=descending&count=2')).toBe('ba')
  })

  test('SEA-1 SEA-2 searches at an endpoint and at the root', async () => {
    const { call, ids } = await withUsers(2)
    const { body: group } = await call('POST', '/Groups', newGroup('Everybody'))
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest']
    const users = await call('POST', '/Users/.search', { schemas, filter: 'title eq "odd"', attributes: ['userName'] })
    expect(users.body.Resources).toEqual([
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:2.0:User'],
        id: ids[1],
        userName: 'user-1',
      },
    ])
    const all = await call('POST', '/.search', { schemas, count: 2, startIndex: 2 })
    expect([all.body.totalResults, idsOf(all.body)]).toEqual([3, [ids[1], group.id]])
    const named = await call('POST', '/.search', {
      schemas,
      filter: 'displayName eq "Everybody" or userName eq "user-0"',
    })
    expect(idsOf(named.body)).toEqual([ids[0], group.id])
    expect((await call('POST', '/.search', { filter: 'id pr' })).body.scimType).toBe('invalidSyntax')
    expect((await call('POST', '/Users/.search', { schemas, filter: 'id pr pr' })).body.scimType).toBe('invalidFilter')
  })
})
