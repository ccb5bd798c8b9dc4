import { foldName } from '../scim/fold.ts'
import { CORE_USER } from '../scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../scim/schemas/snowflake-user.ts'

/** One attribute of a user that files and the service may both carry. */
interface AttributeRule {
  /** As SCIM names it. */
  path: string
  /** The extensions that may hold it, instead of the core schema. */
  extensions?: readonly string[]
  /** `name`: letter case and Unicode form do not count, as of names; `exact`: everything counts. */
  form?: 'name' | 'exact'
}

const enterprise = (path: string): AttributeRule => ({ path, extensions: [ENTERPRISE_USER] })
/** Clients of kind OKTA name these under the enterprise URN. */
const snowflake = (path: string): AttributeRule => ({ path, extensions: [SNOWFLAKE_USER, ENTERPRISE_USER] })

/** What is compared, by the words `--map` knows. */
export const ATTRIBUTES = {
  userName: { path: 'userName', form: 'name' },
  externalId: { path: 'externalId', form: 'exact' },
  email: { path: 'emails', form: 'name' },
  displayName: { path: 'displayName' },
  givenName: { path: 'name.givenName' },
  familyName: { path: 'name.familyName' },
  middleName: { path: 'name.middleName' },
  nickName: { path: 'nickName' },
  title: { path: 'title' },
  userType: { path: 'userType' },
  preferredLanguage: { path: 'preferredLanguage' },
  locale: { path: 'locale' },
  timezone: { path: 'timezone' },
  employeeNumber: enterprise('employeeNumber'),
  costCenter: enterprise('costCenter'),
  organization: enterprise('organization'),
  division: enterprise('division'),
  department: enterprise('department'),
  defaultRole: snowflake('defaultRole'),
  defaultWarehouse: snowflake('defaultWarehouse'),
  defaultSecondaryRoles: snowflake('defaultSecondaryRoles'),
} as const satisfies Record<string, AttributeRule>

export type AttributeName = keyof typeof ATTRIBUTES
export const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES) as AttributeName[]
const RULES: readonly (readonly [AttributeName, AttributeRule])[] = ATTRIBUTE_NAMES.map((name) => [
  name,
  ATTRIBUTES[name],
])

/** Attributes of one user, as they are written; one that is absent or empty is not there. */
export type Values = Readonly<Partial<Record<AttributeName, string>>>

/**
 * The form in which two values are compared: without white space around, any white space inside as one blank, composed
 * characters; names and addresses also without letter case, as the service compares names.
 */
export function comparable(name: AttributeName, value: string | undefined): string {
  const { form }: AttributeRule = ATTRIBUTES[name]
  if (form === 'exact') return (value ?? '').trim()
  const text = (value ?? '').trim().replace(/\s+/g, ' ')
  return form === 'name' ? foldName(text) : text.normalize('NFC')
}

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The attributes of a SCIM user, of whichever service: names of attributes in any letter case (RFC 7643 §2.1). */
export function valuesOf(user: Json): Values {
  const found = RULES.map(([name, rule]) => [name, textOf(name === 'email' ? emailOf(user) : valueAt(user, rule))])
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

/** What stands at a SCIM path, of one of these attributes or of another in the core schema; members are too many. */
export const valueAtPath = (user: Json, path: string): string | undefined => {
  const [, rule] = RULES.find(([, one]) => one.path.toLowerCase() === path.toLowerCase()) ?? ['', { path }]
  if (path === 'members') return undefined
  const found = rule.path === 'emails' ? emailOf(user) : valueAt(user, rule)
  return textOf(found) ?? (typeof found === 'object' && found !== null ? JSON.stringify(found) : undefined)
}

function valueAt(user: Json, { path, extensions }: AttributeRule): unknown {
  const homes = extensions?.map((urn) => memberOf(user, urn)) ?? [user, memberOf(user, CORE_USER)]
  const values = homes.map((home) => path.split('.').reduce<unknown>(memberOf, home))
  return values.find((value) => value !== undefined && value !== null)
}

/** The member of that name, in any letter case; of what is no object, nothing. */
export function memberOf(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined
  if (Object.hasOwn(value, name)) return value[name]
  const key = Object.keys(value).find((held) => held.toLowerCase() === name.toLowerCase())
  return key === undefined ? undefined : value[key]
}

/** The primary one, else the one for work, else the first. */
function emailOf(user: Json): unknown {
  const emails = memberOf(user, 'emails')
  const list = Array.isArray(emails) ? emails : []
  const chosen =
    list.find((one) => memberOf(one, 'primary') === true) ??
    list.find((one) => memberOf(one, 'type') === 'work') ??
    list[0]
  return typeof chosen === 'string' ? chosen : memberOf(chosen, 'value')
}

/** A value as text; lists and objects are not compared. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
