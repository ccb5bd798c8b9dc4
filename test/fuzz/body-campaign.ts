import fc from 'fast-check'
import { planBulk, resolveBulkIds } from '../../shared/scim/bulk.ts'
import { ScimError } from '../../shared/scim/error.ts'
import { parseJson } from '../../shared/scim/json.ts'
import { applyPatch } from '../../shared/scim/patch/apply.ts'
import { PATCH_OP } from '../../shared/scim/patch/patch-op.ts'
import { parsePatch } from '../../shared/scim/patch/request.ts'
import { RESOURCE_TYPES, resourceTypes } from '../../shared/scim/resource-types.ts'
import type { Json, ResourceType } from '../../shared/scim/schema.ts'
import { CORE_GROUP } from '../../shared/scim/schemas/core-group.ts'
import { CORE_USER } from '../../shared/scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schemas/enterprise-user.ts'
import { parseResource } from '../../shared/scim/validate.ts'
import { withoutHanging } from './cpu-time.ts'

const { User, Group } = resourceTypes('OKTA')

const name = fc.constantFrom(
  'schemas',
  'id',
  'userName',
  'name',
  'givenName',
  'emails',
  'value',
  'type',
  'primary',
  'active',
  'members',
  'manager',
  'displayName',
  'meta',
  'groups',
  'Operations',
  'op',
  'path',
  'data',
  'bulkId',
  'method',
  '__proto__',
  'constructor',
  'toString',
  '$ref',
  'name.givenName',
  'emails[type eq "work"].value',
  CORE_USER,
  CORE_GROUP,
  ENTERPRISE_USER,
  `${ENTERPRISE_USER}:manager`,
)
const scalar = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    'True',
    '',
    'add',
    'Replace',
    'remove',
    'a',
    'bulkId:a',
    'members',
    'POST',
    '/Users',
    5,
    CORE_USER,
  ),
  fc.string({ maxLength: 5 }),
)
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('json'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.oneof({ weight: 9, arbitrary: name }, { weight: 1, arbitrary: fc.string() }), tie('json')), {
        maxLength: 5,
      })
      .map(toObject),
  ),
}))

/** Objects as our own reader makes them, so that `__proto__` is a name like any other. */
function toObject(entries: [string, Json][]): Json {
  const object: Json = Object.create(null)
  return Object.assign(
    object as object,
    ...entries.map(([key, value]) => Object.defineProperty(Object.create(null), key, { value, enumerable: true })),
  ) as Json
}

const operation = fc.record(
  {
    op: fc.constantFrom('add', 'Replace', 'remove', 'move'),
    path: fc.oneof(name, fc.string({ maxLength: 4 })),
    value: json,
  },
  { requiredKeys: ['op'] },
)

/** Random bodies at every door: read or refused as a SCIM error, quickly, and no prototype is changed. */
export const bodyProperty = fc.property(
  json,
  fc.array(operation, { minLength: 1, maxLength: 4 }),
  (body, operations) => {
    withoutHanging(() => {
      for (const type of [User, Group]) knock(type, body, operations as Json)
      accept(() => resolveBulkIds(body, new Map()))
      accept(() => planBulk([{ method: 'POST', path: '/Users', bulkId: 'a', data: body }], RESOURCE_TYPES))
      accept(() => parseJson(JSON.stringify(body)))
    })
    const names = [...Object.keys(Object.prototype), ...Reflect.ownKeys({})]
    if (names.length > 0) throw new Error('a prototype was changed')
  },
)

function knock(type: ResourceType, body: Json, operations: Json): void {
  const required = { schemas: [type.schema.id], userName: 'a', displayName: 'a' }
  accept(() => parseResource(type, body))
  accept(() => parseResource(type, { ...(isObject(body) && body), ...required }))
  accept(() => patch(type, body))
  accept(() => patch(type, { schemas: [PATCH_OP], Operations: operations }))
}

const text = fc.oneof(
  json.map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"a"',
        '"a":',
        '1',
        '-',
        'e5',
        '.',
        'true',
        'nul',
        '\\u12',
        '"\\ud800"',
        ' ',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
)

/** Random texts and bytes: our reader agrees with JSON.parse wherever it accepts, and refuses nothing but by SCIM errors. */
export const jsonTextProperty = fc.property(text, (body) => {
  const read = accept(() => parseJson(body))
  if (read === undefined) return
  const reference = JSON.stringify(JSON.parse(body.replace(/^\uFEFF/, '')))
  if (JSON.stringify(read.value) !== reference) throw new Error(`reads ${body} as ${JSON.stringify(read.value)}`)
})

function patch(type: ResourceType, body: Json): unknown {
  return applyPatch(type, { userName: 'a', displayName: 'a' }, parsePatch(type, body), { id: 'u1' })
}

/** The result in a box, or nothing when it was refused as it should be. */
function accept<T>(run: () => T): { value: T } | undefined {
  try {
    return { value: run() }
  } catch (error) {
    if (error instanceof ScimError && error.status >= 400 && error.status < 500) return undefined
    throw error
  }
}

function isObject(body: Json): body is { [key: string]: Json } {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
}
