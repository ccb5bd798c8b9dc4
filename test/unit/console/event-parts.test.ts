import { describe, expect, test } from 'vitest'
import { diffOf } from '../../../console/page/events/diff-lines.ts'
import { emphasize } from '../../../console/page/events/emphasis.ts'
import { markOf } from '../../../console/page/events/mark-of.ts'
import { remedyOf } from '../../../console/page/events/remedy-of.ts'
import { transferOf } from '../../../console/page/events/transfer-of.ts'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'
import { toSentence } from '../../../shared/audit/sentences/sentence.ts'
import { byAdmin, IDS, KNOWN, ofAda, ofFinance, rowOf } from '../../factories/sentences.ts'

const factsOf = (given: Partial<RestEvent>) => toFacts(rowOf(given), KNOWN)
const REFUSED = ofAda({ status: 403, detail: 'User "ada" belongs to role "OKTA_PROVISIONER"' })
const TURNED_AWAY: Partial<RestEvent> = {
  ...{ method: 'ANY', endpoint: 'scim/v2', status: 401, count: 14, actorName: 'unknown', actorDomain: 'unknown' },
  detail: 'Callers refused in this minute and address block: token expired',
}

describe('emphasize()', () => {
  const toned = (given: Partial<RestEvent>) =>
    emphasize(toSentence(rowOf(given), KNOWN)).map(({ is, text, tone }) => [is, text, tone])

  test('a refusal: what was tried stands out, why it was not done is quieter', () => {
    expect(toned(REFUSED)).toEqual([
      ['actor', 'Okta', undefined],
      ['text', ' tried to change ', undefined],
      ['object', 'ada@example.com', undefined],
      ['text', ' and was refused: ', 'quiet'],
      ['reason', 'OKTA_PROVISIONER owns it', 'quiet'],
    ])
  })

  test('callers whom nobody knows are counted in bold', () => {
    expect(toned(TURNED_AWAY)).toEqual([
      ['text', '14 requests', 'strong'],
      ['text', ' were turned away in a minute', undefined],
      ['text', ' because ', 'quiet'],
      ['reason', 'their token had expired', 'quiet'],
    ])
  })

  test('loses nothing of the sentence', () => {
    for (const given of [
      REFUSED,
      TURNED_AWAY,
      ofFinance({}),
      byAdmin({ method: 'PATCH', endpoint: 'admin/tokens/x' }),
    ]) {
      const words = toSentence(rowOf(given), KNOWN)
      expect(
        emphasize(words)
          .map(({ text }) => text)
          .join(''),
      ).toBe(words.map(({ text }) => text).join(''))
    }
  })
})

describe('markOf()', () => {
  const changed = (attribute: string, after: unknown) => ofAda({ changes: [{ attribute, after }] })
  test.each<[string, Partial<RestEvent>, string, string]>([
    ['a change', changed('title', 'x'), 'pencil', 'accent'],
    ['deactivated', changed('active', false), 'struck', 'loss'],
    ['reactivated', changed('active', true), 'check', 'gain'],
    ['created', ofAda({ method: 'POST', endpoint: 'scim/v2/Users', status: 201 }), 'plus', 'gain'],
    ['deleted', ofAda({ method: 'DELETE', status: 204 }), 'minus', 'loss'],
    ['looked up', ofAda({ method: 'GET' }), 'eye', 'plain'],
    ['searched', { method: 'POST', endpoint: 'scim/v2/Users/.search' }, 'eye', 'plain'],
    ['added', ofFinance({ changes: [{ attribute: 'members.added', after: [IDS.ada] }] }), 'in', 'gain'],
    ['removed', ofFinance({ changes: [{ attribute: 'members.removed', before: [IDS.ada] }] }), 'out', 'loss'],
    ['refused', REFUSED, 'pencil', 'fail'],
    ['a read that was refused', { endpoint: 'scim/v2/Users', status: 400 }, 'eye', 'fail'],
    ['turned away', TURNED_AWAY, 'shield', 'fail'],
    ['a token', byAdmin({ method: 'POST', endpoint: 'admin/tokens/x/rotate', status: 201 }), 'key', 'accent'],
    ['may I write', byAdmin({ method: 'POST', endpoint: 'admin/whoami', status: 204 }), 'eye', 'plain'],
    ['undone', byAdmin({ method: 'POST', endpoint: 'admin/undo' }), 'undo', 'accent'],
    ['Bulk', { method: 'POST', endpoint: 'scim/v2/Bulk' }, 'roles', 'accent'],
    ['a notice', { method: 'NOTICE', endpoint: 'notice/token-expires' }, 'warning', 'loss'],
  ])('%s', (_name, given, icon, tone) => {
    expect(markOf(factsOf(given))).toEqual({ icon, tone })
  })
})

describe('diffOf()', () => {
  test('values stand for themselves, what is missing is nothing', () => {
    const changes = [
      { attribute: 'active', before: true, after: false },
      { attribute: 'title', before: 'Lead analyst' },
      { attribute: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', after: 'Alumni' },
    ]
    expect(diffOf(changes)).toEqual({
      lines: [
        { attribute: 'active', path: 'active', before: [{ text: 'true' }], after: [{ text: 'false' }] },
        { attribute: 'title', path: 'title', before: [{ text: 'Lead analyst' }], after: [] },
        { attribute: 'department', path: changes[2]?.attribute, before: [], after: [{ text: 'Alumni' }] },
      ],
    })
  })

  test('lists go item by item, objects by what differs within them', () => {
    const work = { value: 'a@example.com', type: 'work', primary: true }
    const changes = [
      { attribute: 'emails', before: [work], after: [work, { value: 'b@example.com', type: 'home' }] },
      {
        attribute: 'name',
        before: { givenName: 'Ada', familyName: 'B' },
        after: { givenName: 'Ada', familyName: 'C' },
      },
    ]
    const same = { text: 'a@example.com (work, primary)', isSame: true }
    expect(diffOf(changes).lines).toEqual([
      { attribute: 'emails', path: 'emails', before: [same], after: [same, { text: 'b@example.com (home)' }] },
      { attribute: 'name.familyName', path: 'name.familyName', before: [{ text: 'B' }], after: [{ text: 'C' }] },
    ])
  })

  test('members are users, and those that were not listed are counted', () => {
    expect(diffOf([{ attribute: 'members.added', after: [IDS.ada, '… (312 more)'] }]).lines).toEqual([
      {
        ...{ attribute: 'members.added', path: 'members.added', before: [] },
        after: [
          { text: IDS.ada, userId: IDS.ada },
          { text: 'and 312 more', is: 'more' },
        ],
      },
    ])
  })

  test('secrets and what was cut are marked', () => {
    const long = `${'x'.repeat(120)}… (400 characters left out)`
    const changes = [
      { attribute: 'password', after: '(set)' },
      { attribute: 'title', after: long },
      { attribute: '(cut)', after: '12 attributes left out: a, b' },
    ]
    expect(diffOf(changes)).toEqual({
      lines: [
        { attribute: 'password', path: 'password', before: [], after: [{ text: 'set', is: 'secret' }] },
        { attribute: 'title', path: 'title', before: [], after: [{ text: `${'x'.repeat(120)}…`, is: 'cut' }] },
      ],
      leftOut: '12 attributes left out: a, b',
    })
  })
})

describe('transferOf()', () => {
  test('is what a command to hand one object over asks for', () => {
    const words = ['ownership', 'transfer', '--user', 'ada@example.com', '--to', 'AAD_PROVISIONER', '--account', 'x']
    expect(transferOf(words)).toEqual({ kind: 'user', name: 'ada@example.com', to: 'AAD_PROVISIONER' })
    expect(transferOf(['ownership', 'transfer', '--role', 'Finance', '--to', 'ADMIN'])).toEqual({
      ...{ kind: 'role', name: 'Finance', to: 'ADMIN' },
    })
  })

  test.each([
    [[]],
    [['token', 'list']],
    [['ownership', 'transfer', '--owned-by', 'OKTA_PROVISIONER', '--to', 'ADMIN']],
    [['ownership', 'transfer', '--user', 'ada']],
  ])('%j is none', (words) => {
    expect(transferOf(words)).toBeUndefined()
  })
})

describe('remedyOf()', () => {
  test('what was done needs none', () => {
    expect(remedyOf(factsOf(ofAda({})))).toBeUndefined()
  })

  test('an owner is told, and the command that hands it over', () => {
    const advice = `It belongs to role OKTA_PROVISIONER. To hand it over: rolecall ownership transfer --user ada@example.com --to AAD_PROVISIONER`
    const given = { ...REFUSED, advice, actorDomain: 'ENTRA_PROVISIONING', actorName: 'AAD_PROVISIONER' }
    expect(remedyOf(factsOf(given))).toEqual({
      why: 'ENTRA_PROVISIONING runs as AAD_PROVISIONER, and OKTA_PROVISIONER owns ada@example.com. To hand it over:',
      words: ['ownership', 'transfer', '--user', 'ada@example.com', '--to', 'AAD_PROVISIONER'],
    })
  })

  test.each<[string, Partial<RestEvent>, readonly string[] | undefined]>([
    ['an unknown token', { ...TURNED_AWAY, detail: 'no such token' }, ['token', 'list']],
    ['an expired token', { ...TURNED_AWAY, actorDomain: 'OKTA_PROVISIONING' }, ['token', 'issue', 'OKTA_PROVISIONING']],
    [
      'a missing privilege',
      ofAda({ status: 403, detail: 'Role OKTA_PROVISIONER lacks the privilege createUser' }),
      ['provisioner', 'grant', 'OKTA_PROVISIONER', 'createUser'],
    ],
    ['a lost race', ofAda({ status: 412 }), undefined],
    ['a fault', ofAda({ status: 503 }), ['health']],
  ])('%s', (_name, given, words) => {
    const remedy = remedyOf(factsOf(given))
    expect(remedy?.why).toMatch(/\w/)
    expect(remedy?.words).toEqual(words)
  })

  test('what has no remedy of its own says what the client was told', () => {
    expect(remedyOf(factsOf(ofAda({ status: 400, detail: 'Cannot read "x"' })))).toEqual({
      why: 'The client was told: “Cannot read "x"”',
    })
  })
})
