import { describe, expect, test } from 'vitest'
import { listed } from '../../../../shared/audit/listed.ts'
import type { Change, RestEvent } from '../../../../shared/audit/rest-event.ts'
import { toSentence } from '../../../../shared/audit/sentences/sentence.ts'
import { AT, byAdmin, IDS, KNOWN, ofAda, ofFinance, rowOf, sentenceOf } from '../../../factories/sentences.ts'

type Case = [sentence: string, event: Partial<RestEvent>]
const changed = (...changes: Change[]) => ofAda({ changes })
const title: Change = { attribute: 'title', before: 'Engineer', after: 'Lead' }
const department: Change = {
  attribute: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
  after: 'Research',
}
const deactivated: Change = { attribute: 'active', before: true, after: false }
const renamed: Change = { attribute: 'userName', before: 'ada@example.com', after: 'ada.b@example.com' }
const ids = (count: number) =>
  Array.from({ length: count }, (_, i) => `01a21a29-0000-7000-8000-${String(i).padStart(12, '0')}`)
const added = (...who: unknown[]): Change => ({ attribute: 'members.added', after: who })
const removed = (...who: unknown[]): Change => ({ attribute: 'members.removed', before: who })

describe('what clients do with users', () => {
  test.each<Case>([
    [
      'Okta created user ada@example.com',
      ofAda({
        method: 'POST',
        endpoint: 'scim/v2/Users',
        status: 201,
        changes: [{ attribute: 'userName', after: 'ada' }],
      }),
    ],
    ['Okta deleted user ada@example.com', ofAda({ method: 'DELETE', status: 204, changes: [{ ...title }] })],
    ['Okta changed title of ada@example.com', changed(title)],
    ['Okta changed title and department of ada@example.com', changed(title, department)],
    ['Okta changed 3 attributes of ada@example.com', changed(title, department, { attribute: 'emails' })],
    [
      'Okta changed 9 attributes of ada@example.com',
      changed(title, department, { attribute: '(cut)', after: '7 attributes left out: emails, name' }),
    ],
    ['Okta renamed ada@example.com to ada.b@example.com', changed(renamed)],
    ['Okta renamed ada@example.com to ada.b@example.com and changed 1 more attribute', changed(renamed, title)],
    ['Okta deactivated ada@example.com', changed(deactivated)],
    ['Okta deactivated ada@example.com and changed 2 more attributes', changed(deactivated, title, department)],
    ['Okta deactivated and renamed ada@example.com to ada.b@example.com', changed(deactivated, renamed)],
    ['Okta reactivated ada@example.com', changed({ attribute: 'active', before: false, after: true })],
    ['Okta activated ada@example.com', changed({ attribute: 'active', after: true })],
    ['Okta sent ada@example.com again; nothing changed', ofAda({ method: 'PUT' })],
    ['Okta sent ada@example.com again; nothing changed', ofAda({})],
    ['Okta set the password of ada@example.com', changed({ attribute: 'password', after: '(set)' })],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })

  test('a delete tells how many roles it ended, where that is known', () => {
    const event = ofAda({ method: 'DELETE', status: 204, eventId: '01a21a29-cf43-7076-bfa5-881c9a7f6193' })
    const lost = (count: number) => ({ ...KNOWN, losses: new Map([['01a21a29-cf43-7076-bfa5-881c9a7f6193', count]]) })
    expect(sentenceOf(event, lost(3))).toBe('Okta deleted user ada@example.com, who held 3 roles')
    expect(sentenceOf(event, lost(1))).toBe('Okta deleted user ada@example.com, who held 1 role')
  })

  test('an own page calls the user by the short name', () => {
    const known = { ...KNOWN, own: IDS.ada }
    expect(sentenceOf(changed(renamed), known)).toBe('Okta renamed ada to ada.b@example.com')
    expect(sentenceOf(ofFinance({ changes: [added(IDS.ada)] }), known)).toBe('Okta added ada to role Finance')
  })

  test('a user without a name is called by its id, behind its word', () => {
    const { resourceName: _, ...nameless } = ofAda({ changes: [title] })
    expect(sentenceOf(nameless, {})).toBe(`OKTA_PROVISIONING changed title of user ${IDS.ada}`)
  })
})

describe('what clients do with roles', () => {
  test.each<Case>([
    [
      'Okta created role Finance with 6 members',
      ofFinance({ method: 'POST', endpoint: 'scim/v2/Groups', status: 201, changes: [added(...ids(6))] }),
    ],
    ['Okta created role Finance', ofFinance({ method: 'POST', endpoint: 'scim/v2/Groups', status: 201, changes: [] })],
    [
      'Okta renamed role Data to Data platform',
      ofFinance({ changes: [{ attribute: 'displayName', before: 'Data', after: 'Data platform' }] }),
    ],
    [
      'Okta renamed role Data to Data platform, changed externalId and added ada@example.com',
      ofFinance({
        changes: [
          { attribute: 'displayName', before: 'Data', after: 'Data platform' },
          { attribute: 'externalId', after: 'g-7' },
          added(IDS.ada),
        ],
      }),
    ],
    [
      'Okta deleted role Finance, which had 41 members',
      ofFinance({ method: 'DELETE', status: 204, changes: [{ attribute: 'displayName' }, removed(...ids(41))] }),
    ],
    [
      'Okta deleted role Finance',
      ofFinance({ method: 'DELETE', status: 204, changes: [{ attribute: 'displayName' }] }),
    ],
    ['Okta added ada@example.com to role Finance', ofFinance({ changes: [added(IDS.ada)] })],
    ['Okta added 1 user to role Finance', ofFinance({ changes: [added(IDS.cy)] })],
    ['Okta added ada@example.com and bo@example.com to role Finance', ofFinance({ changes: [added(IDS.ada, IDS.bo)] })],
    ['Okta added 2 users to role Finance', ofFinance({ changes: [added(IDS.ada, IDS.cy)] })],
    ['Okta added 1,412 users to role Finance', ofFinance({ changes: [added(...listed(ids(1412)))] })],
    [
      'Okta added ada@example.com and 411 others to role Finance',
      ofFinance({ changes: [added(IDS.ada, '… (411 more)')] }),
    ],
    ['Okta added users to role Finance', ofFinance({ changes: [{ attribute: 'members.added', after: '["01a2…' }] })],
    ['Okta removed ada@example.com from role Finance', ofFinance({ changes: [removed(IDS.ada)] })],
    [
      'Okta added 3 users to and removed 2 from role Finance',
      ofFinance({ changes: [added(...ids(3)), removed(...ids(2))] }),
    ],
    [
      'Okta added ada@example.com to and removed bo@example.com from role Finance',
      ofFinance({ changes: [added(IDS.ada), removed(IDS.bo)] }),
    ],
    [
      'Okta replaced the members of role Finance: 12 added, 3 removed',
      ofFinance({ method: 'PUT', changes: [added(...ids(12)), removed(...ids(3))] }),
    ],
    [
      'Okta changed display names of members of role Finance',
      ofFinance({ changes: [{ attribute: 'members.display', before: [], after: [] }] }),
    ],
    [
      'Okta removed ada@example.com from role Finance',
      ofFinance({ changes: [removed(IDS.ada), { attribute: 'members.display', before: [{ value: IDS.ada }] }] }),
    ],
    ['Okta sent role Finance again; nothing changed', ofFinance({ method: 'PUT' })],
    [
      'Okta added ada@example.com to role Finance, leaving out 2 ids of no user',
      ofFinance({ changes: [added(IDS.ada)], skipped: 'x1, x2' }),
    ],
    [
      'Okta sent role Finance again; nothing changed, leaving out 107 ids of no user',
      ofFinance({ skipped: listed(ids(107)).join(', ') }),
    ],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })

  test('who comes with a new role is named in its own history', () => {
    const event = { method: 'POST', endpoint: 'scim/v2/Groups', changes: [added(IDS.ada, '… (5 more)')] }
    const known = { ...KNOWN, own: IDS.ada }
    expect(sentenceOf(ofFinance(event), known)).toBe('Okta created role Finance with ada and 5 others')
  })
})

describe('grants that follow', () => {
  const loss = ofFinance({
    ...{ method: 'DELETE', endpoint: `scim/v2/Users/${IDS.ada}`, status: 204 },
    ...{ changes: [removed(IDS.ada)], cause: '01a21a29-cf43-7076-bfa5-881c9a7f6193' },
  })
  test('a deleted user leaves its roles', () => {
    expect(sentenceOf(loss)).toBe('ada@example.com left role Finance, because Okta deleted ada@example.com')
    expect(sentenceOf(loss, { ...KNOWN, own: IDS.ada })).toBe('ada left role Finance, because Okta deleted ada')
    expect(sentenceOf(loss, { integrations: KNOWN.integrations ?? [] })).toBe(
      'A user left role Finance, because Okta deleted that user',
    )
  })

  test('a deleted role is left by its members, in their own history', () => {
    const event = ofFinance({ method: 'DELETE', status: 204, changes: [removed(IDS.ada, '… (40 more)')] })
    expect(sentenceOf(event, { ...KNOWN, own: IDS.ada })).toBe('ada left role Finance, because Okta deleted it')
    expect(sentenceOf(event)).toBe('Okta deleted role Finance, which had 41 members')
  })
})

describe('Bulk', () => {
  const bulk = { method: 'POST', endpoint: 'scim/v2/Bulk', actorDomain: 'HR feed' }
  test.each<Case>([
    [
      'HR feed sent 40 operations in one request: 38 done, 2 refused; each operation has its own sentence',
      { ...bulk, part: 38, total: 40 },
    ],
    [
      'HR feed sent 1 operation in one request: 1 done; each operation has its own sentence',
      { ...bulk, part: 1, total: 1 },
    ],
    ['HR feed sent several operations in one request; each operation has its own sentence', bulk],
    [
      'HR feed created user ada@example.com, part of a request of 40',
      ofAda({ actorDomain: 'HR feed', method: 'POST', endpoint: 'scim/v2/Users', status: 201, total: 40 }),
    ],
    [
      'HR feed tried to create user ada@example.com and was refused: the name is taken, part of a request of 40',
      ofAda({
        ...{ actorDomain: 'HR feed', method: 'POST', endpoint: 'scim/v2/Users', total: 40 },
        ...{ status: 409, scimType: 'uniqueness', detail: 'The userName "ada@example.com" is taken' },
      }),
    ],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})

describe('actors', () => {
  const create = ofAda({ method: 'POST', endpoint: 'scim/v2/Users', status: 201 })
  test.each([
    ['Okta', { actorDomain: 'OKTA_PROVISIONING' }],
    ['Entra', { actorDomain: 'ENTRA_PROVISIONING' }],
    ['HR feed', { actorDomain: 'HR feed' }],
    ['GONE', { actorDomain: 'GONE' }],
    ['ops-admin', byAdmin({})],
    ['ann', byAdmin({ actorName: 'arn:aws:sts::123456789012:assumed-role/Auditors/ann' })],
    ['npm start', byAdmin({ actorName: 'npm start', actorDomain: 'LOCAL' })],
  ])('%s', (name, actor) => {
    expect(sentenceOf({ ...create, ...actor, endpoint: actor.type ? 'admin/users' : 'scim/v2/Users' })).toBe(
      `${name} created user ada@example.com`,
    )
  })

  test('two integrations of one kind are called by their names', () => {
    const integrations = [
      { name: 'OKTA_PROVISIONING', clientKind: 'OKTA' },
      { name: 'OKTA_TEST', clientKind: 'OKTA' },
    ]
    expect(sentenceOf(create, { integrations })).toBe('OKTA_PROVISIONING created user ada@example.com')
  })

  test('parts say who and what stands where, so that a page can link it', () => {
    expect(toSentence(rowOf(ofFinance({ changes: [added(IDS.ada)] })), KNOWN)).toEqual([
      { is: 'actor', text: 'Okta', name: 'OKTA_PROVISIONING' },
      { is: 'text', text: ' added ' },
      { is: 'object', text: 'ada@example.com', type: 'USER', id: IDS.ada },
      { is: 'text', text: ' to role ' },
      { is: 'object', text: 'Finance', type: 'ROLE', id: IDS.finance },
    ])
    expect(AT.toISOString()).toBe(rowOf({}).EVENT_TIMESTAMP)
  })
})
