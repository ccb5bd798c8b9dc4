import fc from 'fast-check'
import type { Json, JsonObject } from '../../shared/scim/schema.ts'
import { CORE_USER } from '../../shared/scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../shared/scim/schemas/snowflake-user.ts'
import type { Email, ModelUser, Pick, Schema, Step } from './user-model.ts'

const op = fc.constantFrom('add' as const, 'replace' as const)
const text = fc.constantFrom('ann', 'Bea', 'x')
const type = fc.constantFrom('work', 'WORK', 'home')
const value = fc.constantFrom('a@x', 'A@X', 'b@x')
const present = <T>(part: fc.Arbitrary<T>) => fc.option(part, { nil: undefined, freq: 2 })

const email: fc.Arbitrary<Email> = fc
  .record({ type: present(type), value: present(value), display: present(text), primary: present(fc.boolean()) })
  .map((parts) => Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)))
const emails = fc.array(email, { maxLength: 3 })

const pick: fc.Arbitrary<Pick> = fc.oneof(
  type.map((is): Pick => ({ by: 'type', is })),
  value.map((is): Pick => ({ by: 'value', is })),
  fc.record({ by: fc.constantFrom('both' as const, 'either' as const), type, value }),
  fc.constant<Pick>({ by: 'primary' }),
)

const single = fc.oneof(
  fc.record({ what: fc.constant('userName' as const), value: fc.constantFrom('ann', 'Bea', '', null) }),
  fc.record({
    what: fc.constantFrom('title' as const, 'department' as const),
    value: fc.constantFrom('x', 'Y', '', null),
  }),
  fc.record({
    what: fc.constant('active' as const),
    value: fc.constantFrom(true, false, 'True', 'FALSE', 'maybe', null),
  }),
)

const part = fc.oneof(
  fc.record({
    part: fc.constantFrom('type' as const, 'value' as const, 'display' as const),
    value: fc.option(value, { freq: 4 }),
  }),
  fc.record({ part: fc.constant('primary' as const), value: fc.constantFrom(true, false, null) }),
)

/** Steps on a user, most of them allowed. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(op, single).map(([how, one]): Step => ({ do: 'set', op: how, ...one })),
  fc
    .constantFrom('userName', 'title', 'active', 'department')
    .map((what): Step => ({ do: 'unset', what: what as 'title' })),
  fc
    .record({ op, given: fc.constantFrom('Ann', null, undefined), family: fc.constantFrom('Lee', null, undefined) })
    .map(
      ({ op: how, given, family }): Step => ({
        do: 'setName',
        op: how,
        parts: {
          ...(given !== undefined && { givenName: given }),
          ...(family !== undefined && { familyName: family }),
        },
      }),
    ),
  fc
    .constantFrom(undefined, 'givenName', 'familyName')
    .map((name): Step => ({ do: 'unsetName', part: name as 'givenName' })),
  emails.map((list): Step => ({ do: 'addEmails', emails: list })),
  fc.option(emails).map((list): Step => ({ do: 'replaceEmails', emails: list })),
  fc.option(pick, { nil: undefined }).map((one): Step => ({ do: 'removeEmails', pick: one })),
  emails.map((list): Step => ({ do: 'removeListed', emails: list })),
  fc.tuple(op, pick, part).map(([how, one, what]): Step => ({ do: 'setPart', op: how, pick: one, ...what })),
  fc.tuple(pick, part).map(([one, what]): Step => ({ do: 'removePart', pick: one, part: what.part })),
  fc.tuple(op, pick, email).map(([how, one, what]): Step => ({ do: 'putPicked', op: how, pick: one, email: what })),
  fc
    .tuple(
      fc.constantFrom('add' as const, 'replace' as const, 'remove' as const),
      fc.subarray<Schema>(['core', 'enterprise', 'unknown']),
    )
    .map(([how, named]): Step => ({ do: 'schemas', op: how, named })),
  fc.constant<Step>({ do: 'schemas', op: 'remove', named: undefined }),
  fc
    .constantFrom('id', 'meta', 'meta.version', 'groups', 'groups[value eq "g"]')
    .map((path): Step => ({ do: 'readOnly', path })),
  fc
    .constantFrom('shoeSize', 'name.first', '__proto__', 'emails.value.x', '/title')
    .map((path): Step => ({ do: 'unknown', path })),
  fc.boolean().map((right): Step => ({ do: 'ownId', right })),
)

/** Users to start from. */
export const modelUser: fc.Arbitrary<ModelUser> = fc.constantFrom<ModelUser>(
  { userName: 'ann', emails: [] },
  {
    userName: 'ann',
    title: 'x',
    active: true,
    givenName: 'Ann',
    familyName: 'Lee',
    department: 'x',
    emails: [
      { type: 'work', value: 'a@x', primary: true },
      { type: 'home', value: 'a@x' },
      { value: 'b@x', display: 'ann' },
    ],
  },
)

const PATHS = { userName: 'userName', title: 'Title', active: 'active', department: `${ENTERPRISE_USER}:department` }

/** The step as a client writes it; `form` chooses among the ways there are. */
export function toWire(one: Step, form: number): JsonObject {
  switch (one.do) {
    case 'set':
      return write(one.op, PATHS[one.what], one.value, form)
    case 'unset':
      return { op: 'Remove', path: PATHS[one.what] }
    case 'setName':
      return writeName(one.op, one.parts, form)
    case 'unsetName':
      return { op: 'remove', path: one.part ? `name.${one.part}` : 'name' }
    case 'addEmails':
      return write(
        'add',
        'emails',
        one.emails.length === 1 && form % 2 ? (one.emails[0] as Json) : toJson(one.emails),
        form,
      )
    case 'replaceEmails':
      return write('replace', 'emails', toJson(one.emails), form)
    case 'removeEmails':
      return { op: 'remove', path: one.pick ? `emails[${filterOf(one.pick)}]` : 'EMAILS' }
    case 'removeListed':
      return { op: 'remove', path: 'emails', value: toJson(one.emails) }
    case 'setPart':
      return { op: one.op, path: `emails[${filterOf(one.pick)}].${one.part}`, value: one.value }
    case 'removePart':
      return { op: 'remove', path: `emails[${filterOf(one.pick)}].${one.part}` }
    case 'putPicked':
      return { op: one.op, path: `emails[${filterOf(one.pick)}]`, value: toJson(one.email) }
    case 'schemas':
      return writeSchemas(one.op, one.named, form)
    case 'readOnly':
    case 'unknown':
      return form % 2 ? { op: 'remove', path: one.path } : { op: 'add', path: one.path, value: 'x' }
    case 'ownId':
      return { op: 'replace', value: { id: one.right ? 'u1' : 'u2' } }
  }
}

/** With a path, without one, or under the URN of the schema. */
function write(how: string, path: string, value: Json, form: number): JsonObject {
  const urn = path.startsWith('urn:')
  switch (form % 3) {
    case 0: {
      const whole = { [path]: value, schemas: [CORE_USER] }
      return { op: how, value: form > 5 ? [whole] : whole }
    }
    case 1:
      return { op: how.toUpperCase(), path: urn ? path.replace('User:', 'user.') : `${CORE_USER}:${path}`, value }
    default:
      return { op: how, path, value }
  }
}

const URNS = { core: CORE_USER, enterprise: ENTERPRISE_USER, unknown: 'urn:x' }

/** A list to be kept names Snowflake's extension too, which the model does not know. */
function writeSchemas(how: string, named: Schema[] | undefined, form: number): JsonObject {
  if (!named) return { op: how, path: 'schemas' }
  const urns = named.map((one) => (form % 2 ? URNS[one].toUpperCase() : URNS[one]))
  if (how === 'remove' && urns.length > 0 && form > 5) {
    return { op: how, path: `schemas[${urns.map((urn) => `value eq "${urn}"`).join(' or ')}]` }
  }
  return { op: how, path: 'Schemas', value: how === 'replace' ? [...urns, SNOWFLAKE_USER] : urns }
}

function writeName(how: string, parts: JsonObject, form: number): JsonObject {
  switch (form % 4) {
    case 0:
      return { op: how, path: 'name', value: parts }
    case 1:
      return { op: how, value: { NAME: parts } }
    case 2:
      return { op: how, value: Object.fromEntries(Object.entries(parts).map(([name, json]) => [`name.${name}`, json])) }
    default:
      return { op: how, value: parts }
  }
}

function filterOf(one: Pick): string {
  if (one.by === 'primary') return 'primary eq "True"'
  if ('is' in one) return `${one.by} eq ${JSON.stringify(one.is)}`
  const word = one.by === 'both' ? 'and' : 'or'
  return `type eq ${JSON.stringify(one.type)} ${word} value eq ${JSON.stringify(one.value)}`
}

function toJson(plain: unknown): Json {
  return structuredClone(plain) as Json
}
