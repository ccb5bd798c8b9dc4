import { describe, expect, test } from 'vitest'
import { BACKGROUND_NAMES, type BackgroundName, LAMBDA_NAMES, type LambdaName } from '../../infra/bundling.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import {
  accountKey,
  brakeKey,
  collectionKey,
  countKey,
  eventPartition,
  historyKey,
  integrationCollectionKey,
  keptCollectionKey,
  lookupCollectionKey,
  memberOfKey,
  membersKey,
  movedPartition,
  nameCollectionKey,
  noticesKey,
  ownedKey,
  pageKey,
  pendingKey,
  provisionerCollectionKey,
  revokedKey,
  roundKey,
  tokenKey,
  tokensOfKey,
  usedAssertionKey,
  usesKey,
} from '../../shared/store/keys.ts'
import { isAllowed, statementsOf } from './iam.ts'
import { resourcesOf } from './stack.ts'
import { list } from './statement.ts'

const { User, Group } = RESOURCE_TYPES

const EVENT = eventPartition('acme', '2026-01-01', 3)
const HISTORY = historyKey('acme', 'u1')
const KEPT = keptCollectionKey('acme', '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b')
const DELETED = keptCollectionKey('acme', 'DELETED.GROUP')
const TOKEN = tokenKey('abc').pk
const USED = usedAssertionKey('acme', 'client', 'jti').pk
const PAGE_MARK = pageKey('acme', 'h')
const OBJECTS = [
  collectionKey('acme', User),
  collectionKey('acme', Group),
  nameCollectionKey('acme', User),
  lookupCollectionKey('acme', User, 'externalId', 'x#EVENT#y'),
  membersKey('acme', 'g1'),
  countKey('acme', User),
  movedPartition('acme', User, 'OKTA_PROVISIONER'),
  PAGE_MARK,
  pendingKey('acme'),
]
const SCIM: LambdaName[] = ['users', 'groups', 'search', 'bulk']
const ALL = [...LAMBDA_NAMES, ...BACKGROUND_NAMES]
const others = (...names: LambdaName[]) => LAMBDA_NAMES.filter((name) => !names.includes(name))

describe('what each function may do with the table (SECURITY E1, I5, T7)', () => {
  test.each(SCIM)('%s reads and changes objects and their memberships', (name) => {
    for (const key of OBJECTS) {
      for (const action of ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem']) {
        expect([action, key, isAllowed(name, action, key)]).toEqual([action, key, true])
      }
    }
    expect(isAllowed(name, 'Query', memberOfKey('acme', 'u1'), true)).toBe(true)
    expect(isAllowed(name, 'PutItem', HISTORY)).toBe(true)
    for (const action of ['GetItem', 'Query', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
      expect(isAllowed(name, action, HISTORY)).toBe(false)
  })

  test('what the brake counts is counted by those who change objects for clients, and seen by administrators alone', () => {
    const counting: readonly string[] = ['users', 'groups', 'bulk']
    for (const name of ALL) {
      const may = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'].filter(
        (action) => isAllowed(name, action, brakeKey('acme', 'OKTA')),
      )
      const looking = name === 'admin' ? ['Query'] : []
      expect([name, may]).toEqual([name, counting.includes(name) ? ['Query', 'PutItem', 'UpdateItem'] : looking])
    }
  })

  test('group-reads reads objects, leaves page marks and events, and changes nothing else', () => {
    for (const key of OBJECTS) {
      for (const action of ['GetItem', 'BatchGetItem', 'Query'])
        expect(isAllowed('group-reads', action, key)).toBe(true)
    }
    expect(isAllowed('group-reads', 'Query', memberOfKey('acme', 'u1'), true)).toBe(true)
    const actions = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'ConditionCheckItem']
    const text = lookupCollectionKey('acme', User, 'externalId', 'x#PAGE#y')
    const may = [...OBJECTS, text, HISTORY, EVENT].flatMap((key) =>
      actions.flatMap((action) => (isAllowed('group-reads', action, key) ? [[action, key]] : [])),
    )
    expect(may).toEqual([
      ['PutItem', PAGE_MARK],
      ['PutItem', EVENT],
    ])
  })

  test('what events cut is put by who changes objects and by the worker, and read by administrators alone', () => {
    const actions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']
    for (const key of [KEPT, DELETED]) {
      const may = ALL.flatMap((name) =>
        actions.flatMap((action) => (isAllowed(name, action, key) ? [`${name} ${action}`] : [])),
      )
      const put = [...SCIM, 'admin-resources', 'worker'].map((name) => `${name} PutItem`)
      const read = ['GetItem', 'BatchGetItem', 'Query'].map((action) => `admin-resources ${action}`)
      expect(may.sort()).toEqual([...put, ...read].sort())
    }
  })

  test.each(ALL)('%s cannot scan, use PartiQL, export or administer', (name) => {
    for (const action of [
      'Scan',
      'PartiQLSelect',
      'PartiQLDelete',
      'ExportTableToPointInTime',
      'DeleteTable',
      'UpdateTable',
    ]) {
      expect([action, isAllowed(name, action, undefined)]).toEqual([action, false])
      expect([action, isAllowed(name, action, undefined, true)]).toEqual([action, false])
    }
  })

  test.each(others('authorizer', 'admin', 'oauth'))('%s cannot touch a token, nor list them', (name) => {
    for (const action of ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem']) {
      expect([action, isAllowed(name, action, TOKEN)]).toEqual([action, false])
    }
    expect(isAllowed(name, 'Query', tokensOfKey('acme', 'OKTA'), true)).toBe(false)
  })

  test.each(others('authorizer', 'oauth'))('%s adds events and never changes or deletes one', (name) => {
    expect(isAllowed(name, 'PutItem', EVENT)).toBe(true)
    for (const action of ['UpdateItem', 'DeleteItem', 'BatchWriteItem'])
      expect(isAllowed(name, action, EVENT)).toBe(false)
  })

  test.each(others('admin'))('%s cannot change integrations, roles or accounts', (name) => {
    const actions = ['PutItem', 'UpdateItem', 'DeleteItem']
    const keys = [integrationCollectionKey('acme'), provisionerCollectionKey('acme'), accountKey('acme').pk]
    const may = keys.flatMap((key) =>
      actions.filter((action) => isAllowed(name, action, key)).map((action) => `${action} ${key}`),
    )
    // An account that something is made in by hand is held against who drops it.
    expect(may).toEqual(name === 'admin-resources' ? ['UpdateItem ACCOUNT'] : [])
  })

  test('the authorizer reads tokens and counts refusals, and nothing else', () => {
    const may = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'].flatMap((action) =>
      [TOKEN, EVENT, ...OBJECTS].flatMap((key) => (isAllowed('authorizer', action, key) ? [`${action} ${key}`] : [])),
    )
    expect(may).toEqual([`GetItem ${TOKEN}`, `UpdateItem ${EVENT}`])
  })

  test('the token endpoint reads clients, makes tokens, tells and counts, and nothing else', () => {
    const may = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'].flatMap((action) =>
      [TOKEN, EVENT, USED, ...OBJECTS].flatMap((key) => (isAllowed('oauth', action, key) ? [`${action} ${key}`] : [])),
    )
    expect(may).toEqual([
      `GetItem ${TOKEN}`,
      `PutItem ${TOKEN}`,
      `PutItem ${EVENT}`,
      `PutItem ${USED}`,
      `UpdateItem ${EVENT}`,
    ])
  })

  test('discovery adds events and nothing else', () => {
    const may = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'].flatMap((action) =>
      [TOKEN, EVENT, ...OBJECTS].flatMap((key) => (isAllowed('discovery', action, key) ? [`${action} ${key}`] : [])),
    )
    expect(may).toEqual([`PutItem ${EVENT}`])
  })

  test('the worker changes memberships, groups and heads, tells histories and events, and touches nothing else', () => {
    const group = collectionKey('acme', Group)
    for (const key of [group, membersKey('acme', 'g1'), pendingKey('acme')]) {
      for (const action of ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
        expect([action, key, isAllowed('worker', action, key)]).toEqual([action, key, true])
    }
    expect(isAllowed('worker', 'Query', memberOfKey('acme', 'u1'), true)).toBe(true)
    expect(isAllowed('worker', 'BatchWriteItem', [membersKey('acme', 'g1'), HISTORY])).toBe(true)
    const may = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'].flatMap((action) =>
      [TOKEN, EVENT, HISTORY, collectionKey('acme', User), nameCollectionKey('acme', Group), accountKey('acme').pk]
        .filter((key) => isAllowed('worker', action, key))
        .map((key) => `${action} ${key}`),
    )
    expect(may).toEqual([`GetItem ${EVENT}`, `PutItem ${EVENT}`, `PutItem ${HISTORY}`, `BatchWriteItem ${HISTORY}`])
  })

  test('changes looks which heads of which accounts wait, and may do no more', () => {
    const may = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'].flatMap((action) =>
      [TOKEN, EVENT, HISTORY, accountKey('acme').pk, ...OBJECTS]
        .filter((key) => isAllowed('changes', action, key))
        .map((key) => `${action} ${key}`),
    )
    expect(may).toEqual([`Query ${accountKey('acme').pk}`, `Query ${pendingKey('acme')}`])
  })

  test('the events function reads events, by time and by resource, whose a name is, and no object', () => {
    expect(isAllowed('events', 'Query', EVENT)).toBe(true)
    expect(isAllowed('events', 'BatchGetItem', EVENT)).toBe(true)
    for (const index of [true, false]) expect(isAllowed('events', 'Query', HISTORY, index)).toBe(true)
    for (const key of OBJECTS) expect([key, isAllowed('events', 'Query', key)]).toEqual([key, false])
    for (const key of [integrationCollectionKey('acme'), provisionerCollectionKey('acme'), accountKey('acme').pk]) {
      expect([key, isAllowed('events', 'Query', key), isAllowed('events', 'PutItem', key)]).toEqual([key, true, false])
    }
    const got = OBJECTS.filter((key) => isAllowed('events', 'GetItem', key))
    expect(got).toEqual([nameCollectionKey('acme', User)])
    expect(isAllowed('events', 'GetItem', nameCollectionKey('acme', Group))).toBe(true)
  })

  test('who serves clients looks which tokens ended and notes their use; only the admin function ends them', () => {
    const actions = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'ConditionCheckItem']
    const mayOf = (name: LambdaName | BackgroundName, key: string) => actions.filter((a) => isAllowed(name, a, key))
    const [revoked, uses] = [revokedKey('acme'), usesKey('acme')]
    for (const name of [...SCIM, 'group-reads'] as const) {
      expect([name, mayOf(name, revoked), mayOf(name, uses)]).toEqual([name, ['Query'], ['UpdateItem']])
    }
    expect([mayOf('admin', revoked), mayOf('admin', uses)]).toEqual([['PutItem', 'DeleteItem'], ['Query']])
    expect([mayOf('discovery', revoked), mayOf('discovery', uses)]).toEqual([[], ['UpdateItem']])
    for (const name of ['authorizer', 'events', 'admin-resources', 'changes', 'worker'] as const)
      expect([name, mayOf(name, revoked), mayOf(name, uses)]).toEqual([name, [], []])
  })

  test('what is told once an hour is put by who tells it; the events function reads none of it', () => {
    const actions = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']
    const mayOf = (name: LambdaName) => actions.filter((action) => isAllowed(name, action, noticesKey('acme')))
    expect([mayOf('events'), mayOf('admin')]).toEqual([['PutItem'], ['Query', 'PutItem']])
  })

  test('the watch looks at integrations, tokens and their use, tells what it noticed, and may do no more', () => {
    const actions = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']
    const notices = noticesKey('acme')
    const keys = [TOKEN, EVENT, HISTORY, accountKey('acme').pk, integrationCollectionKey('acme'), usesKey('acme')]
    const may = actions.flatMap((action) =>
      [...keys, notices, revokedKey('acme'), provisionerCollectionKey('acme'), ...OBJECTS]
        .filter((key) => isAllowed('watch', action, key))
        .map((key) => `${action} ${key}`),
    )
    expect(may).toEqual([
      `GetItem ${TOKEN}`,
      ...[accountKey('acme').pk, integrationCollectionKey('acme'), usesKey('acme'), notices].map(
        (key) => `Query ${key}`,
      ),
      `PutItem ${EVENT}`,
      `PutItem ${notices}`,
    ])
    expect(isAllowed('watch', 'Query', tokensOfKey('acme', 'OKTA'), true)).toBe(true)
    // Who tells a question once an hour leaves a mark among the notices.
    for (const name of others('events', 'admin'))
      expect([name, isAllowed(name, 'PutItem', notices)]).toEqual([name, false])
  })

  test('the nightly check reads what objects consist of, no token and no secret, and changes nothing', () => {
    const actions = [
      'GetItem',
      'BatchGetItem',
      'Query',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'BatchWriteItem',
      'Scan',
    ]
    const mayOf = (key: string) => actions.filter((action) => isAllowed('check', action, key))
    const looked = OBJECTS.filter(
      (key) => key !== PAGE_MARK && key !== movedPartition('acme', User, 'OKTA_PROVISIONER'),
    )
    for (const key of looked) expect([key, mayOf(key)]).toEqual([key, ['GetItem', 'BatchGetItem', 'Query']])
    expect([mayOf(EVENT), mayOf(provisionerCollectionKey('acme'))]).toEqual([['BatchGetItem'], ['GetItem', 'Query']])
    for (const key of [memberOfKey('acme', 'u1'), ownedKey('acme', 'OKTA_PROVISIONER', User)])
      expect(isAllowed('check', 'Query', key, true)).toBe(true)
    const never = [
      TOKEN,
      HISTORY,
      KEPT,
      PAGE_MARK,
      integrationCollectionKey('acme'),
      revokedKey('acme'),
      usesKey('acme'),
    ]
    for (const key of never) expect([key, mayOf(key)]).toEqual([key, []])
    expect(isAllowed('check', 'Query', tokensOfKey('acme', 'OKTA'), true)).toBe(false)
    expect(isAllowed('check', 'Query', lookupCollectionKey('acme', User, 'externalId', 'x#EVENT#y'))).toBe(true)
  })

  test('only what goes round all accounts reads and leaves a mark of where it goes on', () => {
    const actions = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem']
    const mayOf = (name: LambdaName | BackgroundName) =>
      actions.filter((action) => isAllowed(name, action, roundKey('watch').pk))
    for (const name of [...LAMBDA_NAMES, ...BACKGROUND_NAMES]) {
      const isRound = ['watch', 'changes', 'check', 'notary'].includes(name)
      expect([name, mayOf(name)]).toEqual([name, isRound ? ['GetItem', 'PutItem'] : []])
    }
  })

  test('the admin function manages integrations, roles and tokens, counts users and groups and what is unfinished, and cannot change them', () => {
    for (const key of [
      integrationCollectionKey('acme'),
      provisionerCollectionKey('acme'),
      accountKey('acme').pk,
      TOKEN,
    ]) {
      for (const action of ['GetItem', 'PutItem', 'UpdateItem']) expect(isAllowed('admin', action, key)).toBe(true)
    }
    // An account that is dropped must be empty, and nothing in it unfinished.
    const asked = [countKey('acme', User), pendingKey('acme')]
    for (const key of OBJECTS) {
      const may = ['Query', 'PutItem', 'UpdateItem', 'DeleteItem'].filter((action) => isAllowed('admin', action, key))
      expect([key, may]).toEqual([key, asked.includes(key) ? ['Query'] : []])
    }
    for (const key of [EVENT, noticesKey('acme')]) expect(isAllowed('admin', 'Query', key)).toBe(true)
    for (const name of ALL.filter((one) => one !== 'admin' && one !== 'watch'))
      expect([name, isAllowed(name, 'Query', noticesKey('acme'))]).toEqual([name, false])
  })

  test('the function for users and roles changes them, and only reads what an account has', () => {
    const allowed = (key: string) =>
      ['Query', 'PutItem', 'UpdateItem', 'DeleteItem'].filter((action) => isAllowed('admin-resources', action, key))
    for (const key of OBJECTS) expect([key, allowed(key).includes('PutItem')]).toEqual([key, true])
    for (const key of [integrationCollectionKey('acme'), provisionerCollectionKey('acme')]) {
      expect(allowed(key)).toEqual(['Query'])
    }
    // An account that something is made in is held against who drops it.
    expect(allowed(accountKey('acme').pk)).toEqual(['Query', 'UpdateItem'])
    expect(allowed(TOKEN)).toEqual([])
  })

  test('who lists objects finds those of one owner by the index, and nobody else does', () => {
    const owned = ownedKey('acme', 'OKTA_PROVISIONER', User)
    const may = LAMBDA_NAMES.filter((name) => isAllowed(name, 'Query', owned, true))
    expect(may.sort()).toEqual(['admin-resources', 'bulk', 'group-reads', 'groups', 'search', 'users'])
  })

  test('the admin function keeps the names of roles from groups, and gives them free', () => {
    const names = nameCollectionKey('acme', Group)
    const may = ['PutItem', 'UpdateItem', 'DeleteItem'].filter((action) => isAllowed('admin', action, names))
    expect(may).toEqual(['PutItem', 'DeleteItem'])
    for (const action of ['PutItem', 'DeleteItem']) {
      expect(isAllowed('admin', action, nameCollectionKey('acme', User))).toBe(false)
    }
  })

  test('a function marks pages of its lists, whatever a lookup may be called', () => {
    expect(isAllowed('group-reads', 'PutItem', PAGE_MARK)).toBe(true)
    expect(isAllowed('group-reads', 'PutItem', lookupCollectionKey('acme', User, 'externalId', 'x#PAGE#y'))).toBe(false)
  })

  test('no role has a managed policy or an action with a wildcard that it is allowed', () => {
    const roles = ALL.flatMap((name) => statementsOf(name).filter(({ Effect }) => Effect === 'Allow'))
    expect(roles.flatMap(({ Action }) => list(Action)).filter((action) => action.includes('*'))).toEqual([])
    const managed = resourcesOf('AWS::IAM::Role').filter(([, role]) => role.ManagedPolicyArns)
    expect(managed.map(([, role]) => JSON.stringify(role.ManagedPolicyArns))).toEqual([
      expect.stringContaining('AmazonAPIGatewayPushToCloudWatchLogs'),
    ])
  })
})
