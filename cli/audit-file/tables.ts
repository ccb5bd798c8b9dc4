import type { EventColumn, EventRow } from '../../shared/audit/event-row.ts'
import { EVENT_COLUMNS } from '../../shared/audit/event-row.ts'
import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import type { TokenView } from '../../shared/resources/views/token.ts'
import { emailOf, type Resource, textAt } from '../resource-pages.ts'

/** What SQLite keeps in a cell. */
export type Cell = string | number | null

/** A column, with what its comment in the file says. */
export interface Column<Row> {
  name: string
  type: 'TEXT' | 'INTEGER'
  /** Names are compared in any letter case. */
  isName?: true
  about: string
  get(row: Row): Cell | undefined
}

/** A table of the file: its columns, its key, and what is asked for often. */
export interface Table<Row> {
  name: string
  about: string
  columns: readonly Column<Row>[]
  key: readonly string[]
  indexes: readonly (readonly string[])[]
}

const plain = <Row>(name: string, about: string, get: Column<Row>['get'], type: Column<Row>['type'] = 'TEXT') => ({
  ...{ name, about, get, type },
})
const named = <Row>(name: string, about: string, get: Column<Row>['get']) => ({
  ...plain(name, about, get),
  isName: true as const,
})

/** An instant as SQLite's date functions write it, so that they can be compared with it. */
export const toSqlTime = (iso: string | undefined): string | undefined => iso?.replace('T', ' ').replace(/Z$/, '')

const EVENT_ABOUT = {
  EVENT_TIMESTAMP: 'when the request was received, UTC',
  EVENT_ID: 'unique, in order of time',
  EVENT_TYPE: 'SCIM, or ADMIN for administrators and auditors',
  ENDPOINT: 'path, such as scim/v2/Users/<id>',
  METHOD: 'HTTP method; INVOKE, NOTICE, RESTORE, FAILOVER, REPAIR, ANY',
  STATUS: 'SUCCESS, or FAILURE from 400 on',
  ERROR_CODE: 'HTTP status and SCIM type of a failure',
  DETAILS: 'JSON: requestId, tokenId, userAgent, query, detail, changes and what else is known',
  CLIENT_IP: 'address of the caller',
  ACTOR_NAME: 'role of a client, ARN of an administrator',
  ACTOR_DOMAIN: 'integration; IAM for administrators',
  RESOURCE_NAME: 'name of the object',
  RESOURCE_DOMAIN: 'USER, ROLE, INTEGRATION, TOKEN and others',
  HTTP_STATUS: 'HTTP status of the answer',
  RESOURCE_ID: 'id of the object',
  DURATION_MS: 'milliseconds from arrival until the event was handed to the table; null where nobody measured',
} as const satisfies Record<EventColumn, string>

const NUMBERS: readonly EventColumn[] = ['HTTP_STATUS', 'DURATION_MS']
const BY_NAME: readonly EventColumn[] = ['ACTOR_NAME', 'ACTOR_DOMAIN', 'RESOURCE_NAME']

export const EVENTS: Table<EventRow> = {
  name: 'rest_event_history',
  about: "every request of the range: Snowflake's columns in its order, then ours",
  columns: EVENT_COLUMNS.map((name) => ({
    ...{ name, about: EVENT_ABOUT[name], type: NUMBERS.includes(name) ? 'INTEGER' : 'TEXT' },
    ...(BY_NAME.includes(name) && { isName: true }),
    get: (row) => (name === 'EVENT_TIMESTAMP' ? toSqlTime(row[name]) : row[name]),
  })),
  key: ['EVENT_ID'],
  indexes: [['EVENT_TIMESTAMP'], ['RESOURCE_NAME'], ['RESOURCE_ID'], ['ACTOR_DOMAIN'], ['HTTP_STATUS']],
}

const times: Column<Resource>[] = [
  plain('created', 'when it was made, UTC', (r) => toSqlTime(textAt(r, 'meta', 'created'))),
  plain('last_modified', 'when it was last changed, UTC', (r) => toSqlTime(textAt(r, 'meta', 'lastModified'))),
]
const whole = (without: string): Column<Resource> =>
  plain('resource', 'JSON: all of it', ({ [without]: _, ...rest }) => JSON.stringify(rest))

export const USERS_TABLE: Table<Resource> = {
  name: 'users',
  about: 'every user of the account, whoever owns it',
  columns: [
    plain('id', 'SCIM id', (r) => textAt(r, 'id')),
    named('user_name', 'userName', (r) => textAt(r, 'userName')),
    plain('active', '1 or 0', ({ active }) => (active === undefined ? null : Number(active)), 'INTEGER'),
    plain('display_name', 'displayName', (r) => textAt(r, 'displayName')),
    plain('given_name', 'name.givenName', (r) => textAt(r, 'name', 'givenName')),
    plain('family_name', 'name.familyName', (r) => textAt(r, 'name', 'familyName')),
    named('email', 'primary address, or the first', emailOf),
    plain('external_id', 'externalId: id of the identity provider', (r) => textAt(r, 'externalId')),
    named('owner', 'role that may change it', (r) => textAt(r, 'owner')),
    ...times,
    whole('groups'),
  ],
  key: ['id'],
  indexes: [['user_name'], ['email'], ['external_id']],
}

export const ROLES: Table<Resource> = {
  name: 'roles',
  about: 'every role of the account, whoever owns it: a group of the identity provider',
  columns: [
    plain('id', 'SCIM id', (r) => textAt(r, 'id')),
    named('name', 'displayName', (r) => textAt(r, 'displayName')),
    plain('external_id', 'externalId: id of the identity provider', (r) => textAt(r, 'externalId')),
    named('owner', 'role that may change it', (r) => textAt(r, 'owner')),
    ...times,
    whole('members'),
  ],
  key: ['id'],
  indexes: [['name'], ['external_id']],
}

/** That a user has a role. */
export interface Grant {
  user: Resource
  role: Resource
}

export const GRANTS: Table<Grant> = {
  name: 'grants',
  about: 'who has which role: the members of the groups',
  columns: [
    plain('user_id', 'id in users', ({ user }) => textAt(user, 'id')),
    plain('role_id', 'id in roles', ({ role }) => textAt(role, 'value')),
    named('user_name', 'userName of the user', ({ user }) => textAt(user, 'userName')),
    named('role_name', 'name of the role', ({ role }) => textAt(role, 'display')),
  ],
  key: ['user_id', 'role_id'],
  indexes: [['role_id'], ['user_name'], ['role_name']],
}

const flag = (value: boolean): number => Number(value)

export const INTEGRATIONS: Table<IntegrationView> = {
  name: 'integrations',
  about: 'every integration with its settings',
  columns: [
    named('name', 'its name', ({ name }) => name),
    plain('kind', 'OKTA, AZURE or GENERIC', ({ clientKind }) => clientKind),
    named('role', 'role that its clients act as', ({ role }) => role),
    plain('enabled', '1 or 0', ({ enabled }) => flag(enabled), 'INTEGER'),
    plain('live_tokens', 'tokens that work', ({ liveTokens }) => liveTokens, 'INTEGER'),
    plain('created', 'when it was made, UTC', ({ createdAt }) => toSqlTime(createdAt)),
    plain('created_by', 'who made it', ({ createdBy }) => createdBy),
    plain('settings', 'JSON: all of it', (view) => JSON.stringify(view)),
  ],
  key: ['name'],
  indexes: [],
}

export const TOKENS: Table<TokenView> = {
  name: 'tokens',
  about: 'every token without its secret',
  columns: [
    plain('id', 'as tokenId in DETAILS', ({ tokenId }) => tokenId),
    named('integration', 'whose token', ({ integration }) => integration),
    plain('name', 'what it is called', ({ name }) => name),
    plain('status', 'live, expired, revoked or rejected', ({ status }) => status),
    plain('created', 'when it was made, UTC', ({ createdAt }) => toSqlTime(createdAt)),
    plain('created_by', 'who made it', ({ createdBy }) => createdBy),
    plain('expires', 'when it ends, UTC', ({ expiresAt }) => toSqlTime(expiresAt)),
    plain('revoked', 'when it was revoked, UTC', ({ revokedAt }) => toSqlTime(revokedAt)),
    plain('token', 'JSON: all that is known of it', (view) => JSON.stringify(view)),
  ],
  key: ['id'],
  indexes: [['integration']],
}

/** What the file itself is. */
export type Fact = readonly [name: string, value: string]

export const META: Table<Fact> = {
  name: 'meta',
  about: 'what this file is',
  columns: [
    plain('name', 'service, account, from, to, made_at, complete, unreadable', ([name]) => name),
    plain('value', 'its value', ([, value]) => value),
  ],
  key: ['name'],
  indexes: [],
}

export const TABLES = [EVENTS, USERS_TABLE, ROLES, GRANTS, INTEGRATIONS, TOKENS, META] as readonly Table<never>[]

/** Who changed what: a row for each attribute that a request changed. */
export const CHANGES_SQL_VIEW = `CREATE VIEW changes AS -- what requests changed, attribute by attribute
SELECT EVENT_TIMESTAMP, EVENT_ID, ACTOR_NAME, ACTOR_DOMAIN, METHOD, RESOURCE_DOMAIN, RESOURCE_NAME, RESOURCE_ID,
  change.value ->> 'attribute' AS ATTRIBUTE, -- such as active, emails, members.added
  change.value ->> 'before' AS BEFORE, -- JSON where it is more than one value
  change.value ->> 'after' AS AFTER
FROM rest_event_history, json_each(DETAILS, '$.changes') AS change`

/** A table as SQLite makes it; `.schema` shows what each column is. */
export function toCreateTable<Row>({ name, about, columns, key }: Table<Row>): string {
  const rows = columns.map(({ name, type, isName, about }) => {
    return `  ${name} ${type}${isName ? ' COLLATE NOCASE' : ''}, -- ${about}`
  })
  return `CREATE TABLE ${name} ( -- ${about}\n${rows.join('\n')}\n  PRIMARY KEY (${key.join(', ')})\n)`
}
