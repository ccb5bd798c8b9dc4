import { describe, expect, test } from 'vitest'
import type { Change, RestEvent } from '../../../../shared/audit/rest-event.ts'
import { byAdmin, IDS, ofAda, ofFinance, sentenceOf } from '../../../factories/sentences.ts'

type Case = [sentence: string, event: Partial<RestEvent>]
const about = (resourceDomain: string, name: string, method: string, endpoint: string, ...changes: Change[]) =>
  byAdmin({
    ...{ resourceDomain, resourceId: name, resourceName: name, method, endpoint },
    ...(changes.length > 0 && { changes }),
  })
const integration = (method: string, ...changes: Change[]) =>
  about('INTEGRATION', 'ENTRA_PROVISIONING', method, 'admin/integrations/ENTRA_PROVISIONING', ...changes)
const token = (name: string, method: string, endpoint: string, ...changes: Change[]) => ({
  ...about('TOKEN', name, method, endpoint, ...changes),
  resourceId: 'lL9vufOts2TNImjpUwMRBG',
})
const ada = (given: Partial<RestEvent>) => byAdmin({ ...ofAda({ endpoint: `admin/users/${IDS.ada}` }), ...given })
const finance = (given: Partial<RestEvent>) =>
  byAdmin({ ...ofFinance({ endpoint: `admin/roles/${IDS.finance}` }), ...given })

describe('what administrators do', () => {
  test.each<Case>([
    [
      'ops-admin created integration ENTRA_PROVISIONING',
      { ...integration('POST', { attribute: 'role', after: 'AAD_PROVISIONER' }), endpoint: 'admin/integrations' },
    ],
    [
      'ops-admin replaced integration ENTRA_PROVISIONING',
      { ...integration('POST', { attribute: 'role', before: 'A', after: 'B' }), endpoint: 'admin/integrations' },
    ],
    [
      'ops-admin left integration ENTRA_PROVISIONING as it was',
      { ...integration('POST'), endpoint: 'admin/integrations' },
    ],
    [
      'ops-admin changed networkPolicy of integration ENTRA_PROVISIONING',
      integration('PATCH', { attribute: 'networkPolicy', after: 'OFFICE' }),
    ],
    [
      'ops-admin disabled integration ENTRA_PROVISIONING',
      integration('PATCH', { attribute: 'enabled', before: true, after: false }),
    ],
    [
      'ops-admin enabled integration ENTRA_PROVISIONING',
      integration('PATCH', { attribute: 'enabled', before: false, after: true }),
    ],
    ['ops-admin sent the same settings of integration ENTRA_PROVISIONING again; nothing changed', integration('PATCH')],
    ['ops-admin dropped integration ENTRA_PROVISIONING', integration('DELETE', { attribute: 'role', before: 'A' })],
    ['ops-admin looked up integration ENTRA_PROVISIONING', integration('GET')],
    ['ops-admin looked at the health of the account', byAdmin({ endpoint: 'admin/health' })],
    ['ops-admin asked who they are signed in as', byAdmin({ endpoint: 'admin/whoami' })],
    [
      'ops-admin asked whether they may change anything',
      byAdmin({ endpoint: 'admin/whoami', method: 'POST', status: 204 }),
    ],
    ['ops-admin checked what may never be', byAdmin({ endpoint: 'admin/invariants' })],
    [
      'ops-admin looked up the roles of user ada@example.com',
      { ...ada({ method: 'GET' }), endpoint: `admin/users/${IDS.ada}/roles` },
    ],
    [
      'ops-admin looked up the members of role Finance',
      { ...finance({ method: 'GET' }), endpoint: `admin/roles/${IDS.finance}/members` },
    ],
    [
      'ops-admin listed users that match ada, 3 of them',
      byAdmin({ endpoint: 'admin/users', resourceDomain: 'USER', query: 'q=ada&active=true', part: 3 }),
    ],
    ['ops-admin listed integrations', byAdmin({ endpoint: 'admin/integrations', resourceDomain: 'INTEGRATION' })],
    [
      'ops-admin made a dry run to drop integration ENTRA_PROVISIONING; nothing changed',
      { ...integration('DELETE'), query: 'dryRun=true' },
    ],
    [
      'ops-admin tried to drop integration ENTRA_PROVISIONING and was refused: cannot drop it: its role owns 312 users',
      { ...integration('DELETE'), status: 409, detail: 'Cannot drop it: its role owns 312 users' },
    ],
    [
      'ops-admin released the brake of integration ENTRA_PROVISIONING for 1 hour',
      {
        ...integration('POST', { attribute: 'brakeReleasedUntil', after: '2026-11-26T15:32:08.123Z' }),
        endpoint: 'admin/integrations/ENTRA_PROVISIONING/release',
      },
    ],
    [
      'ops-admin ended the release of the brake of integration ENTRA_PROVISIONING',
      {
        ...integration('POST', { attribute: 'brakeReleasedUntil', before: '2026-11-26T15:32:08.123Z' }),
        endpoint: 'admin/integrations/ENTRA_PROVISIONING/release',
      },
    ],
    [
      'ops-admin left the brake of integration ENTRA_PROVISIONING as it was',
      { ...integration('POST'), endpoint: 'admin/integrations/ENTRA_PROVISIONING/release' },
    ],
  ])('integrations: %s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })

  test.each<Case>([
    [
      'ops-admin issued the token okta-2026-h2, which lives until 26 May 2027',
      token('okta-2026-h2', 'POST', 'admin/integrations/OKTA_PROVISIONING/tokens', {
        attribute: 'expiresAt',
        after: '2027-05-26T14:32:08.123Z',
      }),
    ],
    [
      'ops-admin tried to issue a token for integration OKTA_PROVISIONING and was refused: too many',
      byAdmin({
        method: 'POST',
        endpoint: 'admin/integrations/OKTA_PROVISIONING/tokens',
        status: 409,
        detail: 'too many',
      }),
    ],
    [
      'ops-admin rotated the token okta-2026-h1 and the old one ends on 3 Dec',
      token('okta-2026-h1', 'POST', 'admin/tokens/lL9vufOts2TNImjpUwMRBG/rotate', {
        ...{ attribute: 'expiresAt', before: '2027-05-26T14:32:08.123Z', after: '2026-12-03T14:32:08.123Z' },
      }),
    ],
    [
      'ops-admin revoked the token hr-1',
      token('hr-1', 'DELETE', 'admin/tokens/lL9vufOts2TNImjpUwMRBG', { attribute: 'revokedAt', after: 'now' }),
    ],
    [
      'ops-admin revoked the token hr-1 again; nothing changed',
      token('hr-1', 'DELETE', 'admin/tokens/lL9vufOts2TNImjpUwMRBG'),
    ],
    [
      'ops-admin renamed the token hr-1 to hr-2',
      token('hr-1', 'PATCH', 'admin/tokens/lL9vufOts2TNImjpUwMRBG', {
        attribute: 'name',
        before: 'hr-1',
        after: 'hr-2',
      }),
    ],
    [
      'ops-admin revoked 3 tokens of integration HR',
      about('INTEGRATION', 'HR', 'DELETE', 'admin/integrations/HR/tokens', {
        ...{ attribute: 'revokedTokens', after: ['a', 'b', 'c'] },
      }),
    ],
    [
      'ops-admin revoked all tokens of integration HR',
      about('INTEGRATION', 'HR', 'DELETE', 'admin/integrations/HR/tokens', { attribute: 'tokens' }),
    ],
    ['ops-admin listed tokens of integration HR', about('INTEGRATION', 'HR', 'GET', 'admin/integrations/HR/tokens')],
    ['ops-admin listed tokens', byAdmin({ endpoint: 'admin/tokens' })],
    [
      'Okta got an access token for one hour with key k1',
      {
        ...{ method: 'POST', endpoint: 'oauth2/token' },
        changes: [
          { attribute: 'expiresAt', after: '2026-11-26T15:32:08.123Z' },
          { attribute: 'keyId', after: 'k1' },
        ],
      },
    ],
    [
      'Okta tried to get an access token and was refused: the assertion had expired',
      { method: 'POST', endpoint: 'oauth2/token', status: 401, detail: 'the assertion had expired' },
    ],
  ])('tokens: %s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })

  test.each<Case>([
    [
      'ops-admin granted createUser to role HR_PROVISIONER',
      about('PROVISIONER', 'HR_PROVISIONER', 'PATCH', 'admin/provisioners/HR_PROVISIONER', {
        ...{ attribute: 'privileges', before: ['createRole'], after: ['createRole', 'createUser'] },
      }),
    ],
    [
      'ops-admin granted createUser to role HR_PROVISIONER and revoked monitorUser, monitorRole from role HR_PROVISIONER',
      about('PROVISIONER', 'HR_PROVISIONER', 'PATCH', 'admin/provisioners/HR_PROVISIONER', {
        ...{ attribute: 'privileges', before: ['monitorUser', 'monitorRole'], after: ['createUser'] },
      }),
    ],
    [
      'ops-admin dropped role HR_PROVISIONER',
      about('PROVISIONER', 'HR_PROVISIONER', 'DELETE', 'admin/provisioners/HR_PROVISIONER', {
        attribute: 'privileges',
      }),
    ],
    ['ops-admin listed provisioner roles', byAdmin({ endpoint: 'admin/provisioners' })],
    ['ops-admin created account acme', about('ACCOUNT', 'acme', 'POST', 'admin/accounts', { attribute: 'account' })],
    [
      'ops-admin set retention of account default to 90 days',
      about('ACCOUNT', 'default', 'PATCH', 'admin/accounts/default', {
        attribute: 'retentionDays',
        before: 30,
        after: 90,
      }),
    ],
    [
      'ops-admin set networkPolicy of account default to nothing',
      about('ACCOUNT', 'default', 'PATCH', 'admin/accounts/default', { attribute: 'networkPolicy', before: 'OFFICE' }),
    ],
    [
      'ops-admin promoted eu-west-1',
      about('ACCOUNT', 'default', 'PATCH', 'admin/accounts/default', {
        ...{ attribute: 'primaryRegion', before: 'eu-central-1', after: 'eu-west-1' },
      }),
    ],
    [
      'ops-admin dropped account acme',
      about('ACCOUNT', 'acme', 'DELETE', 'admin/accounts/acme', { attribute: 'account' }),
    ],
    [
      'ops-admin changed network policy OFFICE: 2 added',
      about('NETWORK_POLICY', 'OFFICE', 'PATCH', 'admin/network-policies/OFFICE', {
        ...{
          attribute: 'allowed',
          before: ['192.0.2.0/24'],
          after: ['192.0.2.0/24', '198.51.100.0/24', '2001:db8::/32'],
        },
      }),
    ],
    [
      'ops-admin changed mode of network policy OFFICE',
      about('NETWORK_POLICY', 'OFFICE', 'PATCH', 'admin/network-policies/OFFICE', {
        ...{ attribute: 'mode', before: 'observe', after: 'enforce' },
      }),
    ],
    [
      'ops-admin created network policy OFFICE',
      about('NETWORK_POLICY', 'OFFICE', 'POST', 'admin/network-policies', { attribute: 'allowed' }),
    ],
    [
      'ops-admin created OAuth client HR',
      about('OAUTH_CLIENT', 'HR', 'POST', 'admin/integrations/HR/oauth', { attribute: 'keys' }),
    ],
  ])('settings: %s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})

describe('what administrators do with users and roles', () => {
  test.each<Case>([
    ['ops-admin created user ada@example.com', ada({ method: 'POST', endpoint: 'admin/users', status: 201 })],
    [
      'ops-admin changed ada@example.com directly: defaultRole is now ANALYST',
      ada({
        changes: [{ attribute: 'urn:ietf:params:scim:schemas:extension:2.0:User:defaultRole', after: 'ANALYST' }],
      }),
    ],
    [
      'ops-admin changed ada@example.com directly: title is now Lead and nickName is now empty',
      ada({
        changes: [
          { attribute: 'title', after: 'Lead' },
          { attribute: 'nickName', before: 'A' },
        ],
      }),
    ],
    ['ops-admin changed emails of ada@example.com directly', ada({ changes: [{ attribute: 'emails', after: [] }] })],
    [
      'ops-admin deactivated ada@example.com directly',
      ada({ changes: [{ attribute: 'active', before: true, after: false }] }),
    ],
    [
      'ops-admin set the password of ada@example.com directly',
      ada({ changes: [{ attribute: 'password', after: '(set)' }] }),
    ],
    [
      'ops-admin deleted user ada@example.com',
      ada({ method: 'DELETE', status: 204, changes: [{ attribute: 'title' }] }),
    ],
    [
      'ops-admin restored user ada@example.com',
      ada({ method: 'POST', endpoint: `admin/users/${IDS.ada}/undrop`, changes: [{ attribute: 'title', after: 'x' }] }),
    ],
    [
      'ops-admin made a dry run to restore user ada@example.com; nothing changed',
      ada({ method: 'POST', endpoint: `admin/users/${IDS.ada}/undrop`, query: 'dryRun=true' }),
    ],
    [
      'ops-admin added ada@example.com to role Finance directly',
      finance({ changes: [{ attribute: 'members.added', after: [IDS.ada] }] }),
    ],
    ['ops-admin created role Finance', finance({ method: 'POST', endpoint: 'admin/roles', status: 201, changes: [] })],
    [
      'ops-admin restored role Finance',
      finance({
        ...{ method: 'POST', endpoint: `admin/roles/${IDS.finance}/undrop` },
        changes: [{ attribute: 'displayName', after: 'Finance' }],
      }),
    ],
    [
      'ops-admin asked to restore role Finance',
      finance({ method: 'POST', endpoint: `admin/roles/${IDS.finance}/undrop` }),
    ],
    [
      'ops-admin asked to restore user ada@example.com',
      ada({ method: 'POST', endpoint: `admin/users/${IDS.ada}/undrop` }),
    ],
    ['ops-admin looked up ada@example.com', ada({ method: 'GET', endpoint: 'admin/users/ada%40example.com' })],
    [
      'ops-admin listed users, 100 of 8,214',
      byAdmin({ endpoint: 'admin/users', resourceDomain: 'USER', part: 100, total: 8214 }),
    ],
    [
      'ops-admin gave user ada@example.com from OKTA_PROVISIONER to AAD_PROVISIONER',
      ada({
        ...{ method: 'POST', endpoint: 'admin/ownership' },
        changes: [{ attribute: 'owner', before: 'OKTA_PROVISIONER', after: 'AAD_PROVISIONER' }],
      }),
    ],
    [
      'ops-admin gave objects from OKTA_PROVISIONER to AAD_PROVISIONER',
      byAdmin({ method: 'POST', endpoint: 'admin/ownership', query: 'ownedBy=OKTA_PROVISIONER&to=AAD_PROVISIONER' }),
    ],
    [
      'ops-admin undid a deletion and so added ada@example.com to role Finance',
      finance({
        ...{ method: 'POST', endpoint: `admin/users/${IDS.ada}/undrop` },
        changes: [{ attribute: 'members.added', after: [IDS.ada] }],
      }),
    ],
    ['ops-admin looked up who owns what', byAdmin({ endpoint: 'admin/ownership' })],
    [
      'ops-admin undid a change and so reactivated ada@example.com and changed 1 more attribute',
      ada({
        ...{ method: 'POST', endpoint: 'admin/undo', cause: '01a21a29-cf43-7076-bfa5-881c9a7f6193' },
        changes: [
          { attribute: 'active', before: false, after: true },
          { attribute: 'title', after: 'x' },
        ],
      }),
    ],
    [
      'ops-admin undid a change and so restored user ada@example.com',
      ada({ method: 'POST', endpoint: 'admin/undo', changes: [{ attribute: 'userName', after: 'ada@example.com' }] }),
    ],
    [
      'ops-admin undid a change and so deleted user ada@example.com',
      ada({
        ...{ method: 'POST', endpoint: 'admin/undo' },
        changes: [
          { attribute: 'userName', before: 'ada@example.com' },
          { attribute: 'active', before: true },
        ],
      }),
    ],
    [
      'ops-admin undid a change and so deleted role Finance, which had 2 members',
      finance({
        ...{ method: 'POST', endpoint: 'admin/undo' },
        changes: [
          { attribute: 'displayName', before: 'Finance' },
          { attribute: 'members.removed', before: [IDS.ada, IDS.bo] },
        ],
      }),
    ],
    [
      'ops-admin undid a change and so added ada@example.com and bo@example.com to role Finance',
      finance({
        method: 'POST',
        endpoint: 'admin/undo',
        changes: [{ attribute: 'members.added', after: [IDS.ada, IDS.bo] }],
      }),
    ],
    [
      'ops-admin undid 14 changes of OKTA_PROVISIONING since 13:00: 13 restored, 1 had changed again',
      byAdmin({
        ...{ method: 'POST', endpoint: 'admin/undo', part: 13, total: 14 },
        changes: [
          { attribute: 'integration', after: 'OKTA_PROVISIONING' },
          { attribute: 'since', after: '2026-11-26T13:00:00.000Z' },
        ],
      }),
    ],
    ['ops-admin undid changes', byAdmin({ method: 'POST', endpoint: 'admin/undo' })],
    [
      'ops-admin undid changes of AAD_PROVISIONER since 13:00 until 13:30',
      byAdmin({
        ...{ method: 'POST', endpoint: 'admin/undo' },
        query: 'actor=AAD_PROVISIONER&since=2026-11-26T13:00:00.000Z&until=2026-11-26T13:30:00.000Z',
      }),
    ],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})

describe('what an operator does past the service', () => {
  test.each<Case>([
    [
      'max: Moved from eu-central-1 to eu-west-1 as planned, epoch 2',
      {
        ...byAdmin({ actorName: 'max', method: 'FAILOVER', endpoint: 'failover' }),
        ...{ resourceDomain: 'ACCOUNT', resourceId: 'default', resourceName: 'default' },
        detail: 'Moved from eu-central-1 to eu-west-1 as planned, epoch 2',
      },
    ],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})

describe('what the service says by itself', () => {
  const notice = (kind: string, resourceDomain: string, name: string, given: Partial<RestEvent>) => ({
    ...byAdmin({ actorName: 'rolecall', actorDomain: 'ROLECALL', method: 'NOTICE', endpoint: `notice/${kind}` }),
    ...{ resourceDomain, resourceId: name, resourceName: name, ...given },
  })
  const days = (attribute: string, after: unknown) => ({ changes: [{ attribute, after }] })
  test.each<Case>([
    [
      'Rolecall: the token entra-prod ends in 7 days',
      notice('token-expires', 'TOKEN', 'entra-prod', days('daysLeft', 7)),
    ],
    [
      'Rolecall: the token entra-prod ends in 1 day',
      notice('token-expires', 'TOKEN', 'entra-prod', days('expiresAt', '2026-11-27T14:00:00.000Z')),
    ],
    [
      'Rolecall: integration HR has been silent for 3 days',
      notice('integration-silent', 'INTEGRATION', 'HR', days('lastUsedAt', '2026-11-23T14:00:00.000Z')),
    ],
    [
      'Rolecall: nothing came from HR',
      notice('integration-silent', 'INTEGRATION', 'HR', { detail: 'nothing came from HR' }),
    ],
    [
      'Rolecall: 25 deactivations an hour reached',
      notice('brake', 'INTEGRATION', 'HR', { detail: '25 deactivations an hour reached' }),
    ],
    ['Rolecall: integration HR has reached the limit of its brake', notice('brake', 'INTEGRATION', 'HR', {})],
    ['Rolecall: full-moon', notice('full-moon', 'INTEGRATION', 'HR', {})],
  ])('%s', (sentence, event) => {
    expect(sentenceOf(event)).toBe(sentence)
  })
})
