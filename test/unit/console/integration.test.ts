import { describe, expect, test } from 'vitest'
import { countObserved } from '../../../console/page/integrations/observed.ts'
import { alterRequest, BRAKE, brakeText, SETTINGS, typedOf } from '../../../console/page/integrations/settings.ts'
import { stagesOf } from '../../../console/page/integrations/stages.ts'
import { countNeedy } from '../../../console/page/integrations/state.ts'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { integrationChange } from '../../../shared/resources/integration-input.ts'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import { fillSteps } from '../../../shared/setup/guide.ts'
import { GUIDE_NAMES, GUIDES } from '../../../shared/setup/guides.ts'

const VIEW: IntegrationView = {
  ...{ name: 'HR', clientKind: 'GENERIC', role: 'HR_PROVISIONER', privileges: [], enabled: true, syncPassword: false },
  ...{ unknownMembers: 'refuse', brake: { mode: 'warn', objects: 25, share: 10 }, userDefaults: { type: 'person' } },
  ...{ localChanges: 'allow', silentAfterDays: 7, comment: 'old', endpointId: 'e', createdAt: 't', createdBy: 'who' },
  liveTokens: 1,
}
const FIELDS = [...SETTINGS, BRAKE].flatMap(({ fields }) => fields)

describe('alterRequest()', () => {
  test('asks only for what was typed and is otherwise, as the route and as the command', () => {
    expect(alterRequest(VIEW, BRAKE.fields, { brake: 'stop', 'brake-share': '10', 'brake-objects': ' 50 ' })).toEqual({
      body: { brake: { mode: 'stop', objects: 50 } },
      words: ['integration', 'alter', 'HR', '--brake', 'stop', '--brake-objects', '50'],
    })
  })

  test('what is emptied is taken away, inner members too', () => {
    expect(alterRequest(VIEW, FIELDS, { comment: '', 'user-type': '', 'default-role': 'ANALYST' })).toEqual({
      body: { userDefaults: { defaultRole: 'ANALYST', type: null }, comment: null },
      words: [
        ...['integration', 'alter', 'HR', '--default-role', 'ANALYST', '--unset', 'user-type', '--unset', 'comment'],
      ],
    })
  })

  test('nothing typed, or what is so already, is no request', () => {
    expect(alterRequest(VIEW, FIELDS, {})).toBeUndefined()
    expect(alterRequest(VIEW, FIELDS, { enabled: 'true', comment: ' old' })).toBeUndefined()
  })

  test('what is no number goes as it was typed, for the service to refuse', () => {
    expect(alterRequest(VIEW, FIELDS, { 'silent-after-days': 'ever' })?.body).toEqual({ silentAfterDays: 'ever' })
  })

  test.each(FIELDS.map((field) => [field.flag, field] as const))('the service knows what --%s sets', (flag, field) => {
    const { form } = field
    const other = {
      truth: () => String(typedOf(VIEW, field) !== 'true'),
      number: () => '3',
      words: () => (form.is === 'words' ? (form.words.find((word) => word !== typedOf(VIEW, field)) ?? '') : ''),
      text: () => (flag === 'reject-tokens-issued-before' ? '2026-01-31T12:00:00Z' : 'OTHER'),
    }[form.is]()
    const request = alterRequest(VIEW, [field], { [flag]: other })
    expect(integrationChange.safeParse(request?.body).success).toBe(true)
    expect(request?.words).toEqual(['integration', 'alter', 'HR', `--${flag}`, other])
  })
})

test('settings are said in words', () => {
  expect(SETTINGS.map(({ title, text }) => `${title}: ${text(VIEW)}`)).toEqual([
    ...['Enabled: Yes', 'Kind: GENERIC', 'Runs as role: HR_PROVISIONER', 'New users get: type person'],
    ...['Unknown members: Are refused', 'Changes by hand: Are allowed', 'Stores passwords: No', 'Silent after: 7 days'],
    ...['Rejects tokens issued before: None', 'Comment: old'],
  ])
  expect(brakeText(VIEW)).toBe('Warns past 25 objects an hour, or 10 %')
  expect(brakeText({ brake: { mode: 'off', objects: 25, share: 10 } })).toBe('Off: nothing is counted')
})

test('whom a policy would have refused is summed up over its rows that let in', () => {
  const row = (name: string, status: number, count: number) => {
    const given: Partial<EventRow> = {
      ...{ RESOURCE_NAME: name, HTTP_STATUS: status, DETAILS: JSON.stringify({ count }) },
    }
    return given as EventRow
  }
  expect(countObserved([row('A', 200, 3), row('A', 403, 9), row('B', 200, 5), row('A', 200, 2)], 'A')).toBe(5)
  expect(countObserved([], 'A')).toBe(0)
})

test.each(GUIDE_NAMES)(
  'stagesOf() parts the guide of %s: its URL and its token are pasted, what follows switches it on',
  (name) => {
    const values = { baseUrl: 'https://x/scim/v2', token: 'rolecall_secret' }
    const { paste, switchOn } = stagesOf(fillSteps(GUIDES[name], 'token', values))
    const pasted = paste.flatMap(({ fields = [] }) => fields.map(({ value }) => value))
    expect(pasted).toEqual(expect.arrayContaining([expect.stringContaining('/scim/v2'), 'rolecall_secret']))
    expect(JSON.stringify(switchOn)).not.toMatch(/scim.v2|rolecall_secret/)
    expect(switchOn).not.toEqual([])
  },
)

test('countNeedy() counts integrations without a live token or with one that ends, and not those that are set up', () => {
  const token = {
    ...{ tokenId: 't', name: 'one', createdBy: 'who', createdAt: '2026-11-01T00:00:00Z', expiresAt: 'later' },
    ...{ status: 'live' as const, daysLeft: 90, lastUsedAt: '2026-11-27T08:00:00Z', usedFrom: [] },
  }
  const views = ['WORKS', 'ENDS', 'NEW'].map((name) => ({ ...VIEW, name }))
  const tokens = [
    { ...token, integration: 'WORKS' },
    { ...token, integration: 'ENDS', daysLeft: 12 },
  ]
  const now = Date.parse('2026-11-27T08:30:00Z')
  expect(countNeedy(views, tokens, now)).toBe(1)
  expect(countNeedy(views, [{ ...token, integration: 'WORKS', status: 'revoked' }], now)).toBe(1)
})
