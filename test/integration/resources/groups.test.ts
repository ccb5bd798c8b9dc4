import { describe, expect, test } from 'vitest'
import { mapConcurrently } from '../../../shared/store/batch.ts'
import { withAwsTable } from '../../factories/aws.ts'
import { hookedDb } from '../../factories/faulty-db.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'
import { untilTold } from '../../factories/until-told.ts'

const db = withAwsTable()
const call = scimApi(db)
const azure = scimApi(db, principal({ clientKind: 'AZURE' }))

let names = 0
async function createUsers(count: number): Promise<string[]> {
  const userNames = Array.from({ length: count }, () => `member-${++names}@example.com`)
  return mapConcurrently(userNames, 25, async (userName) => {
    const { body, status } = await call('POST', '/Users', newUser(userName))
    expect(status).toBe(201)
    return body.id
  })
}

async function createGroup(members: string[] = []): Promise<string> {
  const group = newGroup(`Group ${++names}`, { members: members.map((value) => ({ value })) })
  const { body, status } = await call('POST', '/Groups', group)
  expect(status).toBe(201)
  return body.id
}

const add = (ids: string[]) => patchOf({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) })

const groupsOf = async (userId = '') => (await call('GET', `/Users/${userId}`)).body.groups

const memberIds = async (groupId: string): Promise<string[]> => {
  const { body } = await call('GET', `/Groups/${groupId}`)
  return body.members.map(({ value }: { value: string }) => value).sort()
}

describe('group membership', () => {
  test('CRE-9 a group is created with its members, each once, shown with the display that was sent and $ref', async () => {
    const [id] = (await createUsers(1)) as [string]
    const { status, body, headers } = await call(
      'POST',
      '/Groups',
      newGroup('Analysts', { members: [{ value: id, display: 'Ann' }, { value: id }] }),
    )
    expect(status).toBe(201)
    expect(headers.etag).toBe('W/"1"')
    expect(body.members).toEqual([
      {
        value: id,
        $ref: `https://scim.example.com/scim/v2/Users/${id}`,
        display: 'Ann',
        type: 'User',
      },
    ])
  })

  test('CRE-10 the groups of a user mirror the members of the groups', async () => {
    const [id] = (await createUsers(1)) as [string]
    const groupId = await createGroup([id])
    const { body: group } = await call('GET', `/Groups/${groupId}`)
    const $ref = `https://scim.example.com/scim/v2/Groups/${groupId}`
    await untilTold(() => groupsOf(id), [{ value: groupId, $ref, display: group.displayName, type: 'direct' }])
  })

  test('a rename shows in the groups of every member', async () => {
    const [id] = (await createUsers(1)) as [string]
    const groupId = await createGroup([id])
    await call('PATCH', `/Groups/${groupId}`, patchOf({ op: 'replace', value: { displayName: 'Renamed' } }))
    const displays = async () => (await groupsOf(id)).map(({ display }: { display: string }) => display)
    await untilTold(displays, ['Renamed'])
  })

  test('PAT-21 members come and go in one request, in order', async () => {
    const ids = (await createUsers(3)) as [string, string, string]
    const groupId = await createGroup([ids[0]])
    const { status, body } = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf(
        { op: 'add', path: 'members', value: [{ value: ids[1] }, { value: ids[2] }] },
        { op: 'remove', path: `members[value eq "${ids[0]}"]` },
        { op: 'remove', path: `members[value eq "${ids[2]}"]` },
      ),
    )
    expect(status).toBe(200)
    expect(body.members.map(({ value }: { value: string }) => value)).toEqual([ids[1]])
    expect(body.meta.version).toBe('W/"2"')
  })

  test('PAT-7 what changes nothing answers with name, members and version of one moment', async () => {
    const [ann, bob, stranger] = (await createUsers(3)) as [string, string, string]
    const id = await createGroup([ann])
    const renamed = `Group ${++names}`
    let isMoved = false
    const late = hookedDb(db, async (command) => {
      if (command !== 'QueryCommand' || isMoved) return
      isMoved = true
      await call('PUT', `/Groups/${id}`, newGroup(renamed, { members: [{ value: bob }] }))
    })
    const answer = await scimApi(late)(
      'PATCH',
      `/Groups/${id}?attributes=displayName,members,meta`,
      patchOf({ op: 'remove', path: 'members', value: [{ value: stranger }] }),
    )
    expect(isMoved).toBe(true)
    expect(answer).toMatchObject({ status: 200, body: { displayName: renamed, members: [{ value: bob }] } })
    expect(answer.body).toEqual((await call('GET', `/Groups/${id}`)).body)
  })

  test('PAT-7 adding who is a member already changes nothing, not even the version', async () => {
    const ids = await createUsers(2)
    const groupId = await createGroup(ids)
    const before = await call('GET', `/Groups/${groupId}`)
    const again = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'add', path: 'members', value: [{ value: ids[0] }] }),
    )
    expect(again.status).toBe(200)
    expect(again.body).toEqual(before.body)
    const partly = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'add', path: 'members', value: [{ value: ids[0] }, { value: (await createUsers(1))[0] }] }),
    )
    expect(partly.body.members).toHaveLength(3)
    expect(partly.headers.etag).toBe('W/"2"')
  })

  test('PAT-21 removing who is no member is a success without a change', async () => {
    const [stranger, member] = (await createUsers(2)) as [string, string]
    const groupId = await createGroup([member])
    const { status, headers } = await azure(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'Remove', path: 'members', value: [{ value: stranger }] }),
    )
    expect([status, headers.etag]).toEqual([204, 'W/"1"'])
    expect(await memberIds(groupId)).toEqual([member])
  })

  test('an unknown member is refused by name and nothing is half done', async () => {
    const [id] = (await createUsers(1)) as [string]
    const groupId = await createGroup()
    const { status, body } = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'add', path: 'members', value: [{ value: id }, { value: 'nobody' }] }),
    )
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '400',
        scimType: 'invalidValue',
        detail: 'Cannot add "nobody" as member: there is no such user; create the user first',
      },
    })
    expect(await memberIds(groupId)).toEqual([])
  })

  test('PAT-20 a PATCH shows up to 100 members, and beyond that its answer is 204 unless attributes are asked for', async () => {
    const ids = await createUsers(101)
    const groupId = await createGroup()
    const { status, body } = await call('PATCH', `/Groups/${groupId}`, add(ids.slice(0, 100)))
    expect(status).toBe(200)
    expect(body.members.map(({ value }: { value: string }) => value)).toEqual(ids.slice(0, 100).sort())
    const beyond = await call('PATCH', `/Groups/${groupId}`, add(ids.slice(100)))
    expect([beyond.status, beyond.body, beyond.headers.etag]).toEqual([204, undefined, 'W/"3"'])
    const asked = await call('PATCH', `/Groups/${groupId}?attributes=members`, add(ids))
    expect([asked.status, asked.body.members.length]).toEqual([200, 101])
    const named = await call('PATCH', `/Groups/${groupId}?attributes=displayName`, add(ids))
    expect([named.status, named.body.members, named.body.displayName]).toEqual([200, undefined, `Group ${names}`])
    const replace = patchOf({ op: 'replace', path: 'members', value: [{ value: ids[0] }] })
    const replaced = await call('PATCH', `/Groups/${groupId}`, replace)
    expect([replaced.status, replaced.body.members.length]).toEqual([200, 1])
    expect(await memberIds(groupId)).toEqual([ids[0]])
    await settle(db)
    await untilTold(() => groupsOf(ids[1]), [])
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    expect((await call('DELETE', `/Groups/${groupId}`)).status).toBe(204)
    await settle(db)
    await untilTold(() => groupsOf(ids[0]), [])
  })

  test('a change of 1,000 members is answered at once and seen whole before it is applied', async () => {
    const ids = await createUsers(1000)
    const groupId = await createGroup()
    expect((await call('PATCH', `/Groups/${groupId}`, add(ids))).status).toBe(204)
    expect(await memberIds(groupId)).toEqual([...ids].sort())
    await settle(db)
    expect(await memberIds(groupId)).toEqual([...ids].sort())
  })

  test('20,001 members in one request are 413, said before anything is read', async () => {
    const groupId = await createGroup()
    const many = Array.from({ length: 20_001 }, (_, i) => `nobody-${i}`)
    const put = newGroup('Too many', { members: many.map((value) => ({ value })) })
    for (const answer of [
      await call('PATCH', `/Groups/${groupId}`, add(many)),
      await call('PUT', `/Groups/${groupId}`, put),
      await call('POST', '/Groups', put),
    ]) {
      expect([answer.status, answer.body.detail]).toEqual([
        413,
        'Cannot change 20001 members in one request: name at most 20000 at a time',
      ])
    }
  })

  test('DEL-2 a deleted user leaves every group, and a deleted group every user', async () => {
    const ids = (await createUsers(2)) as [string, string]
    const groupId = await createGroup(ids)
    // Who is deleted leaves the groups that the index tells.
    await untilTold(async () => (await groupsOf(ids[0])).length, 1)
    expect((await call('DELETE', `/Users/${ids[0]}`)).status).toBe(204)
    expect(await memberIds(groupId)).toEqual([ids[1]])
    await settle(db)
    const { body } = await call('GET', `/Groups/${groupId}`)
    expect(body.members.map(({ value }: { value: string }) => value)).toEqual([ids[1]])
    expect(body.meta.version).toBe('W/"2"')
    await call('DELETE', `/Groups/${groupId}`)
    await untilTold(() => groupsOf(ids[1]), [])
  })

  test('PAT-23 parallel additions of different members all succeed and all count; who lost a race is answered 204', async () => {
    const ids = await createUsers(20)
    const groupId = await createGroup()
    const answers = await Promise.all(ids.map((id) => call('PATCH', `/Groups/${groupId}`, add([id]))))
    expect(answers.filter(({ status }) => status !== 200 && status !== 204)).toEqual([])
    for (const { status, body, headers } of answers) {
      if (status === 204) expect([body, headers.etag]).toEqual([undefined, undefined])
      else expect(body.meta.version).toBe(`W/"${body.members.length + 1}"`)
    }
    expect(await memberIds(groupId)).toEqual([...ids].sort())
    expect((await call('GET', `/Groups/${groupId}`)).headers.etag).toBe('W/"21"')
  })

  test('PUT-7 PUT replaces displayName and members', async () => {
    const ids = (await createUsers(2)) as [string, string]
    const groupId = await createGroup([ids[0]])
    const { status, body } = await call('PUT', `/Groups/${groupId}`, newGroup('Put', { members: [{ value: ids[1] }] }))
    expect([status, body.displayName, body.members[0].value]).toEqual([200, 'Put', ids[1]])
    await untilTold(() => groupsOf(ids[0]), [])
  })

  test('FIL-15 the same member twice in a filter, and an empty one, are just names', async () => {
    const [member] = (await createUsers(1)) as [string]
    const groupId = await createGroup([member])
    const find = async (filter: string) =>
      (await call('GET', `/Groups?filter=${encodeURIComponent(`id eq "${groupId}" and ${filter}`)}`)).body.totalResults
    expect(await find(`(members eq "${member}" or members eq "${member}")`)).toBe(1)
    expect(await find(`(members eq "" or members.value eq "${member}")`)).toBe(1)
    expect(await find('members eq ""')).toBe(0)
  })

  test('PAT-8 removing the member with an empty id removes nobody', async () => {
    const groupId = await createGroup(await createUsers(1))
    const byFilter = { op: 'remove', path: 'members[value eq ""]' }
    const { status, headers } = await call('PATCH', `/Groups/${groupId}`, patchOf(byFilter))
    expect([status, headers.etag]).toEqual([200, 'W/"1"'])
  })

  test('a display that is too long for a membership is refused', async () => {
    const groupId = await createGroup()
    const [id] = (await createUsers(1)) as [string]
    const display = 'x'.repeat(500_000)
    const refused = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'add', path: 'members', value: [{ value: id, display }] }),
    )
    expect([refused.status, refused.body.scimType, refused.body.detail]).toEqual([
      400,
      'invalidValue',
      'Cannot read members.display: it has 500000 bytes, at most 10000 are allowed',
    ])
  })

  test('reserved role names can be neither created nor taken', async () => {
    const { status, body } = await call('POST', '/Groups', newGroup('accountadmin'))
    expect([status, body.scimType]).toEqual([400, 'invalidValue'])
    const groupId = await createGroup()
    const renamed = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'replace', path: 'displayName', value: 'SYSADMIN' }),
    )
    expect([renamed.status, renamed.body.scimType]).toEqual([400, 'invalidValue'])
  })
})
