import { describe, expect, test } from 'vitest'
import type { EventRow } from '../../../../shared/audit/event-row.ts'
import type { RestEvent } from '../../../../shared/audit/rest-event.ts'
import { foldEvents } from '../../../../shared/audit/sentences/fold.ts'
import { toText } from '../../../../shared/audit/sentences/parts.ts'
import { AT, byAdmin, IDS, KNOWN, ofAda, ofFinance, rowOf } from '../../../factories/sentences.ts'

const find = (name: string): Partial<RestEvent> => ({
  ...{ endpoint: 'scim/v2/Users', query: `filter=userName eq "${name}"`, part: 1, total: 1 },
})
const told = (rows: EventRow[]) => foldEvents(rows, KNOWN).map(({ sentence, rows }) => [toText(sentence), rows.length])
const later = (ms: number) => new Date(AT.getTime() + ms).toISOString()

describe('foldEvents()', () => {
  test('tells consecutive reads of one token within a minute together', () => {
    const rows = [find('a'), find('b'), find('c')].map(rowOf)
    expect(told(rows)).toEqual([['Okta looked up 3 users in 3 requests', 3]])
    expect(told(rows.toReversed())).toEqual([['Okta looked up 3 users in 3 requests', 3]])
  })

  test('names the only one, and what else was read', () => {
    const rows = [ofAda({ method: 'GET' }), find('ada@example.com'), ofFinance({ method: 'GET' }), find('bo')]
    expect(told(rows.map(rowOf))).toEqual([['Okta looked up 2 users and role Finance in 4 requests', 4]])
    const mixed = [find('ada'), { endpoint: 'scim/v2/Users', part: 1 }, { endpoint: 'scim/v2/Schemas' }]
    expect(told(mixed.map(rowOf))).toEqual([
      ["Okta looked up ada, listed users and read the service's configuration in 3 requests", 3],
    ])
  })

  test('what an administrator read, each thing once, whatever it was', () => {
    const reads = ['admin/accounts', 'admin/integrations', 'admin/integrations', 'admin/provisioners'].map((endpoint) =>
      byAdmin({ method: 'GET', endpoint }),
    )
    const opened = byAdmin({ method: 'GET', endpoint: 'events', query: 'purpose=console' })
    expect(told([...reads.slice(0, 3), opened].map(rowOf))).toEqual([
      ['ops-admin listed accounts, listed integrations and opened the console in 4 requests', 4],
    ])
    expect(told([...reads, opened].map(rowOf))).toEqual([['ops-admin looked at 4 things in 5 requests', 5]])
    const exported = rowOf(byAdmin({ method: 'GET', endpoint: 'events', query: 'purpose=export' }))
    expect(told([exported, exported])).toEqual([
      ['ops-admin exported events', 1],
      ['ops-admin exported events', 1],
    ])
  })

  test('a change, another token, a refusal and a minute end a run', () => {
    const rows = [
      find('a'),
      ofAda({ changes: [{ attribute: 'title', after: 'x' }] }),
      find('b'),
      { ...find('c'), tokenId: 'another' },
      { ...find('d'), status: 400, scimType: 'invalidFilter', detail: 'no' },
      { ...find('e'), time: later(0) },
      { ...find('f'), time: later(60_000) },
      { ...find('g'), time: later(60_001) },
    ]
    expect(told(rows.map(rowOf))).toEqual([
      ['Okta looked up a', 1],
      ['Okta changed title of ada@example.com', 1],
      ['Okta looked up b', 1],
      ['Okta looked up c', 1],
      ['Okta tried to look up d and was refused: the filter cannot be read: no', 1],
      ['Okta looked up 2 users in 2 requests', 2],
      ['Okta looked up g', 1],
    ])
  })

  test('tells objects that were handed over, or restored, by their number', () => {
    const owner = { attribute: 'owner', before: 'OKTA_PROVISIONER', after: 'AAD_PROVISIONER' }
    const step = (endpoint: string, of: typeof ofAda, changes = [owner]) =>
      rowOf(byAdmin({ ...of({ method: 'POST', changes }), endpoint }))
    const given = [
      step('admin/ownership', ofAda),
      step('admin/ownership', (more) => ofAda({ ...more, resourceId: IDS.bo })),
      step('admin/ownership', ofFinance),
    ]
    expect(told(given)).toEqual([['ops-admin gave 2 users and 1 role from OKTA_PROVISIONER to AAD_PROVISIONER', 3]])
    const undone = [step('admin/undo', ofAda), step('admin/undo', ofFinance)]
    expect(told(undone)).toEqual([['ops-admin undid changes of 1 user and 1 role', 2]])
  })

  test('tells in the history of one object what was done to it, however much was undone at once', () => {
    const undone = [
      ofAda({ changes: [{ attribute: 'userName', after: 'ada@example.com' }] }),
      ofFinance({ changes: [{ attribute: 'members.added', after: [IDS.ada] }] }),
    ].map((event) => rowOf(byAdmin({ ...event, method: 'POST', endpoint: 'admin/undo' })))
    const story = foldEvents(undone, { ...KNOWN, own: IDS.ada }).map(({ sentence }) => toText(sentence))
    expect(story).toEqual([
      'ops-admin undid a change and so restored user ada',
      'ops-admin undid a change and so added ada to role Finance',
    ])
  })

  test('leaves what stands alone as it is', () => {
    expect(told([])).toEqual([])
    expect(told([rowOf(find('ada'))])).toEqual([['Okta looked up ada', 1]])
  })
})
