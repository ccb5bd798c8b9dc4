import { beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../shared/auth/principal.ts'
import type { Db } from '../../shared/store/client.ts'
import { newId } from '../../shared/store/new-id.ts'
import { withTable } from '../factories/engine.ts'
import { type Body, creator, newGroup, newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { settle } from '../factories/settle.ts'
import { watchedDb } from '../factories/watched-db.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

/** Of the questions every n-th is asked. With 1 all 204 are, each about three subjects. */
const EVERY = 5

/** What somebody may know of another's user and group, having seen them elsewhere. */
interface Subject {
  user: string
  userName: string
  externalId: string
  email: string
  title: string
  etag: string
  group: string
  displayName: string
  groupExternalId: string
  member: string
}

/** A question about a subject; every text in it that is the subject's is the same in all but letters. */
interface Question {
  method?: string
  path: string
  body?: unknown
  headers?: Record<string, string>
}

const db = withTable()
const stranger = principal({ integration: 'STRANGER', role: 'STRANGER' })
const OWN: Partial<Record<'user' | 'group', Body>> = {}
const subjects: Record<'owned' | 'elsewhere' | 'nobody', Subject> = {} as never

/** What may be known of objects of this caller's making; each has names of the same length. */
async function subjectOf(caller: Principal, word: string): Promise<Subject> {
  const call = scimApi(db, caller)
  const make = creator(call)
  const manager = await make('/Users', newUser(`${word}-boss`))
  const user = await make('/Users', {
    ...newUser(`${word}-name`, { externalId: `${word}-ext`, title: `${word}-title`, displayName: 'Same' }),
    emails: [{ value: `${word}@example.com`, primary: true }],
    [ENTERPRISE]: { manager: { value: manager.id } },
  })
  const members = [{ value: user.id, display: `${word}-display` }, { value: manager.id }]
  const group = await make('/Groups', newGroup(`${word}-group`, { members, externalId: `${word}-grpext` }))
  return { ...named(word), user: user.id, etag: user.meta.version, group: group.id, member: manager.id }
}

const named = (word: string) => ({
  ...{ userName: `${word}-name`, externalId: `${word}-ext`, email: `${word}@example.com`, title: `${word}-title` },
  ...{ displayName: `${word}-group`, groupExternalId: `${word}-grpext` },
})

/** Calls of the table as they are begun: what nobody waits for counts too. */
const calls: string[] = []
let watched: Db

beforeAll(async () => {
  watched = watchedDb(db, (command) => calls.push(command.replace('Command', ''))).db
  const now = new Date()
  subjects.owned = await subjectOf(principal(), 'victim')
  subjects.elsewhere = await subjectOf(principal({ account: 'other' }), 'farout')
  const etag = subjects.owned.etag.replace(/[0-9a-f]{4}/, 'beef')
  subjects.nobody = { ...named('nobody'), user: newId(now), group: newId(now), member: newId(now), etag }
  const make = creator(scimApi(db, stranger))
  OWN.user = await make('/Users', newUser('own', { title: 'mine' }))
  OWN.group = await make('/Groups', newGroup('Own', { members: [{ value: OWN.user?.id }] }))
  await settle(db)
})

/** What the stranger owns is as it was before another question changed it. */
async function restoreOwn(): Promise<void> {
  const call = scimApi(db, stranger)
  const members = [{ value: OWN.user?.id }]
  await call('PUT', own('user'), newUser('own', { title: 'mine' }))
  await call('PUT', own('group'), newGroup('Own', { members }))
}

const q = (filter: string) => `filter=${encodeURIComponent(filter)}`
const search = (path: string, body: object): Question => ({
  method: 'POST',
  path,
  body: { schemas: [SEARCH], ...body },
})
const bulk = (...Operations: object[]): Question => ({
  method: 'POST',
  path: '/Bulk',
  body: { schemas: [BULK], Operations },
})
const own = (type: 'user' | 'group') => `/${type === 'user' ? 'Users' : 'Groups'}/${OWN[type]?.id}`
const patchGroup = (...operations: object[]): Question => ({
  method: 'PATCH',
  path: own('group'),
  body: patchOf(...operations),
})
const patchUser = (...operations: object[]): Question => ({
  ...{ method: 'PATCH', path: own('user'), body: patchOf(...operations) },
})

const USER_FILTERS: Record<string, (s: Subject) => string> = {
  id: (s) => `id eq "${s.user}"`,
  'id among others': (s) => `id eq "${s.user}" or title eq "mine"`,
  'no id': (s) => `not (id eq "${s.user}")`,
  'an id and more': (s) => `id eq "${s.user}" and title pr`,
  userName: (s) => `userName eq "${s.userName}"`,
  'userName in capitals': (s) => `userName eq "${s.userName.toUpperCase()}"`,
  'the beginning of a userName': (s) => `userName sw "${s.userName.slice(0, 5)}"`,
  'the end of a userName': (s) => `userName ew "${s.userName.slice(1)}"`,
  'what a userName contains': (s) => `userName co "${s.userName.slice(1, -1)}"`,
  'a userName and more': (s) => `userName eq "${s.userName}" and active eq true`,
  externalId: (s) => `externalId eq "${s.externalId}"`,
  'externalId and userName': (s) => `externalId eq "${s.externalId}" or userName eq "${s.userName}"`,
  'an address': (s) => `emails.value eq "${s.email}"`,
  'an address in brackets': (s) => `emails[value eq "${s.email}" and primary eq true]`,
  title: (s) => `title eq "${s.title}"`,
  'what a title contains': (s) => `title co "${s.title}"`,
  manager: (s) => `${ENTERPRISE}:manager.value eq "${s.member}"`,
  'a group': (s) => `groups.value eq "${s.group}"`,
  "a group's name": (s) => `groups.display eq "${s.displayName}"`,
  'a group in brackets': (s) => `groups[value eq "${s.group}"]`,
  location: (s) => `meta.location ew "${s.user}"`,
  version: (s) => `meta.version eq "${s.etag.replaceAll('"', '\\"')}"`,
}
const GROUP_FILTERS: Record<string, (s: Subject) => string> = {
  id: (s) => `id eq "${s.group}"`,
  displayName: (s) => `displayName eq "${s.displayName}"`,
  'the beginning of a displayName': (s) => `displayName sw "${s.displayName.slice(0, 5)}"`,
  'what a displayName contains': (s) => `displayName co "${s.displayName.slice(1)}"`,
  externalId: (s) => `externalId eq "${s.groupExternalId}"`,
  'a member': (s) => `members.value eq "${s.user}"`,
  'a member in brackets': (s) => `members[value eq "${s.user}"]`,
  'a member and a name': (s) => `members.value eq "${s.user}" and displayName pr`,
  'a group and a member': (s) => `id eq "${s.group}" and members.value eq "${s.user}"`,
  'a name and a member': (s) => `displayName eq "${s.displayName}" and members.value eq "${s.user}"`,
}

/** Conditions under which a change is asked for. */
const CONDITIONS: Record<string, (s: Subject) => Record<string, string>> = {
  'without a condition': () => ({}),
  'if it is as it is': ({ etag }) => ({ 'If-Match': etag }),
  'if it is otherwise': () => ({ 'If-Match': 'W/"beef"' }),
  'if it is there at all': () => ({ 'If-Match': '*' }),
  'if it is new': () => ({ 'If-None-Match': '*' }),
}

const QUESTIONS: Record<string, (s: Subject) => Question> = {
  'a user': (s) => ({ path: `/Users/${s.user}` }),
  'some of a user': (s) => ({ path: `/Users/${s.user}?attributes=userName` }),
  'a user, if changed': (s) => ({ path: `/Users/${s.user}`, headers: { 'If-None-Match': s.etag } }),
  'a group': (s) => ({ path: `/Groups/${s.group}` }),
  'a group without members': (s) => ({ path: `/Groups/${s.group}?excludedAttributes=members` }),
  'a group, if changed': (s) => ({ path: `/Groups/${s.group}`, headers: { 'If-None-Match': '*' } }),
  'a user as a group': (s) => ({ path: `/Groups/${s.user}` }),
  ...many(USER_FILTERS, (filter, name) => ({
    [`users by ${name}`]: (s) => ({ path: `/Users?${q(filter(s))}` }),
    [`one user by ${name}, sorted`]: (s) => ({
      path: `/Users?${q(filter(s))}&sortBy=userName&sortOrder=descending&count=1`,
    }),
    [`a count of users by ${name}`]: (s) => ({ path: `/Users?${q(filter(s))}&count=0` }),
    [`a cursor of users by ${name}`]: (s) => ({ path: `/Users?${q(filter(s))}&cursor=` }),
    [`a search by ${name}`]: (s) => search('/.search', { filter: filter(s) }),
  })),
  ...many(GROUP_FILTERS, (filter, name) => ({
    [`groups by ${name}`]: (s) => ({ path: `/Groups?${q(filter(s))}` }),
    [`groups by ${name}, without members`]: (s) => ({ path: `/Groups?${q(filter(s))}&excludedAttributes=members` }),
    [`a count of groups by ${name}`]: (s) => ({ path: `/Groups?${q(filter(s))}&count=0` }),
    [`a search of groups by ${name}`]: (s) => search('/Groups/.search', { filter: filter(s) }),
  })),
  ...many(CONDITIONS, (headers, name) => ({
    [`to replace a user ${name}`]: (s) => ({
      ...{ method: 'PUT', path: `/Users/${s.user}`, body: newUser('taken-over'), headers: headers(s) },
    }),
    [`to change a user ${name}`]: (s) => ({
      ...{ method: 'PATCH', path: `/Users/${s.user}`, headers: headers(s) },
      body: patchOf({ op: 'replace', path: 'active', value: false }),
    }),
    [`to delete a user ${name}`]: (s) => ({ method: 'DELETE', path: `/Users/${s.user}`, headers: headers(s) }),
    [`to replace a group ${name}`]: (s) => ({
      ...{ method: 'PUT', path: `/Groups/${s.group}`, body: newGroup('taken-over'), headers: headers(s) },
    }),
    [`to change a group ${name}`]: (s) => ({
      ...{ method: 'PATCH', path: `/Groups/${s.group}`, headers: headers(s) },
      body: patchOf({ op: 'remove', path: `members[value eq "${s.user}"]` }),
    }),
    [`to delete a group ${name}`]: (s) => ({ method: 'DELETE', path: `/Groups/${s.group}`, headers: headers(s) }),
  })),
  'to change a user to what it is': (s) => ({
    ...{ method: 'PATCH', path: `/Users/${s.user}`, body: patchOf({ op: 'replace', path: 'title', value: s.title }) },
  }),
  'to change a group in bulk': (s) =>
    bulk({ method: 'PATCH', path: `/Groups/${s.group}`, data: patchOf({ op: 'remove', path: 'members' }) }),
  'to delete a user in bulk': (s) => bulk({ method: 'DELETE', path: `/Users/${s.user}`, version: s.etag }),
  'to delete both in bulk': (s) =>
    bulk({ method: 'DELETE', path: `/Users/${s.user}` }, { method: 'DELETE', path: `/Groups/${s.group}` }),
  'to make a group of a user': (s) => ({
    ...{ method: 'POST', path: '/Groups', body: newGroup('poachers', { members: [{ value: s.user }] }) },
  }),
  'to make a group of a user and our own': (s) => ({
    ...{ method: 'POST', path: '/Groups' },
    body: newGroup('poachers', { members: [{ value: OWN.user?.id }, { value: s.user }, { value: s.member }] }),
  }),
  'to add a user to our group': (s) => patchGroup({ op: 'add', path: 'members', value: [{ value: s.user }] }),
  'to put a user into our group': (s) => patchGroup({ op: 'replace', path: 'members', value: [{ value: s.user }] }),
  'to take a user out of our group': (s) => patchGroup({ op: 'remove', path: `members[value eq "${s.user}"]` }),
  'to take users out of our group': (s) => patchGroup({ op: 'remove', path: 'members', value: [{ value: s.user }] }),
  'to replace our group by one with a user': (s) => ({
    ...{ method: 'PUT', path: own('group'), body: newGroup('Own', { members: [{ value: s.user }] }) },
  }),
  'to make a user and group in bulk': (s) =>
    bulk(
      { method: 'POST', path: '/Groups', bulkId: 'g', data: newGroup('poachers', { members: [{ value: s.user }] }) },
      {
        method: 'PATCH',
        path: own('group'),
        data: patchOf({ op: 'add', path: 'members', value: [{ value: s.user }] }),
      },
    ),
  'to give our user its externalId': (s) => patchUser({ op: 'replace', path: 'externalId', value: s.externalId }),
  'to give our user its address': (s) => patchUser({ op: 'replace', path: 'emails', value: [{ value: s.email }] }),
  'to give our user its manager': (s) =>
    patchUser({ op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: s.user } }),
  'to give our group its externalId': (s) =>
    patchGroup({ op: 'replace', path: 'externalId', value: s.groupExternalId }),
  'to give our user its id': (s) => patchUser({ op: 'replace', path: 'id', value: s.user }),
}

function many<T>(
  entries: Record<string, T>,
  make: (entry: T, name: string) => Record<string, (s: Subject) => Question>,
): Record<string, (s: Subject) => Question> {
  return Object.assign({}, ...Object.entries(entries).map(([name, entry]) => make(entry, name)))
}

/** When the questions are asked: what was just made is read beside what is long there, and that must not matter here. */
const later = () => new Date(Date.now() + 3_600_000)

/** What a question about a subject brings the stranger, with the subject's own texts taken out, and what it costs. */
async function asked(subject: Subject, ask: (s: Subject) => Question, caller = stranger) {
  const { method = 'GET', path, body, headers } = ask(subject)
  if (path === own('user') || path === own('group')) await restoreOwn()
  calls.length = 0
  const answer = await scimApi(watched, caller, { now: later })(method, path, body, headers)
  const { 'x-request-id': _, ...lasting } = answer.headers
  const answerText = withoutTexts(JSON.stringify([answer.status, lasting, answer.body]), subject)
  return { answer: answerText, calls: calls.toSorted() }
}

function withoutTexts(text: string, subject: Subject): string {
  const known = Object.entries(subject).sort(([, a], [, b]) => b.length - a.length)
  const bare = known.reduce((left, [name, value]) => {
    const quoted = JSON.stringify(value).slice(1, -1)
    return left.replaceAll(JSON.stringify(quoted).slice(1, -1), `<${name}>`).replaceAll(quoted, `<${name}>`)
  }, text)
  return bare.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>').replace(/W\/\\+"[^"]+"/g, '<version>')
}

/**
 * Where the answer is the same and the way to it is not: what an object is looked up by does not say whose it is, so
 * another owner's is read before it is left out (docs/security.md, "What a client can learn of others").
 */
const READ_FIRST: Record<string, string[]> = {
  'users by externalId': ['GetItem', 'Query'],
  'users by an address': ['GetItem', 'Query'],
  'search by externalId': ['GetItem', 'Query'],
  'search by an address': ['GetItem', 'Query'],
  'user by externalId': ['GetItem', 'Query'],
  'user by an address': ['GetItem', 'Query'],
  'groups by externalId': ['GetItem'],
  'groups by a member': ['GetItem'],
}

describe('I3 what a stranger asks says and costs the same, be it there, in another account or nowhere', () => {
  test.each(Object.entries(QUESTIONS).filter((_, nth) => nth % EVERY === 0))('%s', async (name, ask) => {
    const nothing = await asked(subjects.nobody, ask)
    const isAlone = !name.includes('externalId and userName')
    const more = Object.entries(READ_FIRST).find(([start]) => isAlone && name.includes(start))?.[1] ?? []
    expect(await asked(subjects.owned, ask)).toEqual({ ...nothing, calls: [...nothing.calls, ...more].sort() })
    expect(await asked(subjects.elsewhere, ask)).toEqual(nothing)
  })
})

const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const NAMES: Record<string, { type: 'user' | 'group'; name: (s: Subject) => string; make: (name: string) => object }> =
  {
    userName: { type: 'user', name: (s) => s.userName, make: (name) => newUser(name) },
    displayName: { type: 'group', name: (s) => s.displayName, make: (name) => newGroup(name) },
    snowflakeUserName: {
      type: 'user',
      name: (s) => s.title,
      make: (snowflakeUserName) => newUser('own', { [SNOWFLAKE]: { snowflakeUserName } }),
    },
  }

describe('I3 what a stranger learns by design: that a name is taken in its own account', () => {
  test.each(Object.entries(NAMES))('%s', async (attribute, { type, name, make }) => {
    const holder = scimApi(db)
    const { body: held } = await holder('POST', type === 'user' ? '/Users' : '/Groups', {
      ...make(name(subjects.owned)),
      ...(attribute === 'snowflakeUserName' && { userName: 'held-name' }),
    })
    const rename = (s: Subject): Question => ({ method: 'PUT', path: own(type), body: make(name(s)) })
    const taken = `Cannot use ${attribute} "${name(subjects.owned)}": another ${type === 'user' ? 'User' : 'Group'} has it`
    const { answer } = await asked(subjects.owned, rename)
    expect(answer).toContain(`[409,`)
    expect(answer).toContain('uniqueness')
    expect([held.id ?? '', 'GENERIC', 'victim', taken].filter((text) => text !== '' && answer.includes(text))).toEqual(
      [],
    )
    const [free, foreign] = [await asked(subjects.nobody, rename), await asked(subjects.elsewhere, rename)]
    expect(foreign).toEqual(free)
    expect(free.answer).toContain('[200,')
    await restoreOwn()
  })
})

describe("I3 another's cursor", () => {
  test('is refused like one that was altered, one that nobody made and one that is none, and costs no more', async () => {
    const { body } = await scimApi(db, principal(), { now: later })('GET', '/Users?cursor=&count=1')
    const cursor: string = body.nextCursor
    const swap = (at: number) => cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1)
    const altered = Array.from({ length: cursor.indexOf('.') }, (_, at) => swap(at))
    const ask = (text: string, caller = stranger) =>
      asked(subjects.nobody, () => ({ path: `/Users?cursor=${encodeURIComponent(text)}&count=1` }), caller)
    const theirs = await ask(cursor)
    expect(theirs.answer).toContain('"400","scimType":"invalidCursor"')
    for (const text of altered) expect([text, await ask(text)]).toEqual([text, theirs])
    for (const text of altered) expect([text, await ask(text, principal())]).toEqual([text, theirs])
    expect((await ask(cursor, principal())).answer).toContain('[200,')
  })
})

describe('I3 what others do', () => {
  const VIEWS = [
    ...['/Users', '/Users?count=0', '/Users?startIndex=2', '/Users?sortBy=userName', '/Users?sortBy=meta.created'],
    ...['/Users?filter=userName%20pr', '/Users?filter=groups%20pr', '/Groups', '/Groups?sortBy=displayName'],
    ...['/Groups?filter=members%20pr', '/Groups?startIndex=1&count=1', '/Schemas', '/ServiceProviderConfig'],
  ]

  /** Everything the stranger sees, versions and headers too. */
  async function view(caller: Principal) {
    const call = scimApi(db, caller)
    const answers = await Promise.all([...VIEWS, own('user'), own('group')].map((path) => call('GET', path)))
    return answers.map(({ status, headers: { 'x-request-id': _, ...headers }, body }) => [status, headers, body])
  }

  test('with their own objects changes nothing that a stranger sees: no total, order, version or length', async () => {
    const before = await view(stranger)
    const make = creator(scimApi(db))
    const made = [await make('/Users', newUser('aaa-first')), await make('/Users', newUser('zzz-last'))]
    const group = await make('/Groups', newGroup('Aardvarks', { members: made.map(({ id }) => ({ value: id })) }))
    await settle(db)
    expect(await view(stranger)).toEqual(before)
    await scimApi(db)('DELETE', `/Groups/${group.id}`)
    for (const { id } of made) await scimApi(db)('DELETE', `/Users/${id}`)
    await settle(db)
    expect(await view(stranger)).toEqual(before)
  })

  test("with a stranger's user, whom they see, is not seen in it: neither group nor version nor time", async () => {
    const before = await view(stranger)
    const onlooker = principal({ role: 'LOOKER', privileges: ['createRole', 'monitorUser'] })
    const members = [{ value: OWN.user?.id, display: 'whom we watch' }]
    const group = await creator(scimApi(db, onlooker))('/Groups', newGroup('Watched', { members }))
    await settle(db)
    expect(await view(stranger)).toEqual(before)
    await scimApi(db, onlooker)('DELETE', `/Groups/${group.id}`)
    await settle(db)
    expect(await view(stranger)).toEqual(before)
  })
})
