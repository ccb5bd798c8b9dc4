import { findSchema, resolveAttributePath } from './attribute-path.ts'
import type { WireOperation } from './patch/operation.ts'
import { findAttribute, hasMembers, isJsonObject, type Json, type JsonObject, type ResourceType } from './schema.ts'
import { membersAttribute } from './schemas/core-group.ts'

/** A habit of an identity provider outside the RFC: either rewritten to the RFC's form here, or kept at `home`. */
export interface Quirk {
  name: string
  sentBy: 'Okta' | 'Entra' | 'Snowflake' | 'SCIM-SDK'
  why: string
  rewrite?: (operation: WireOperation, type: ResourceType) => WireOperation
  home?: string
}

const SHORT_NAMES = new Map([
  ['givenname', 'name.givenName'],
  ['familyname', 'name.familyName'],
])
const MANAGER = /(?:^|[:.])manager(?:\.value)?$/i

/** Every habit we serve, one row each (CHECKLIST PAT-*). */
export const QUIRKS: readonly Quirk[] = [
  {
    name: 'members without a path',
    sentBy: 'Snowflake',
    why: 'Its samples add members by a value without a path, a list or a list of one (PAT-22)',
    rewrite: (operation, type) =>
      operation.op === 'add' && !operation.path && isMemberList(type, operation.value)
        ? { ...operation, path: 'members' }
        : operation,
  },
  {
    name: 'array around the value',
    sentBy: 'SCIM-SDK',
    why: 'Without a path it sends its one object of attributes inside an array (PAT-27)',
    rewrite: (operation, type) =>
      operation.path || isMemberList(type, operation.value)
        ? operation
        : { ...operation, ...withoutArray(operation.value) },
  },
  {
    name: 'short names',
    sentBy: 'Snowflake',
    why: 'Its samples write givenName where name.givenName is meant (PAT-22)',
    rewrite: (operation) => withPath(operation, SHORT_NAMES.get(operation.path?.toLowerCase() ?? '')),
  },
  {
    name: 'empty manager',
    sentBy: 'Entra',
    why: 'It clears the manager by {"value":""} or by an empty string (PAT-12)',
    rewrite: (operation) =>
      MANAGER.test(operation.path ?? '') && isEmptyReference(operation.value)
        ? { ...operation, value: null }
        : operation,
  },
  {
    name: 'filter in a key',
    sentBy: 'Entra',
    why: 'It names emails[type eq "work"].value as a key of a value, also before there is such an e-mail (PAT-6)',
    rewrite: (operation) =>
      operation.inValue && operation.op === 'replace' && operation.path?.includes('[')
        ? { ...operation, op: 'add' }
        : operation,
  },
  {
    name: 'capitalised op',
    sentBy: 'Entra',
    why: 'It sends "Add", "Replace" and "Remove" (PAT-1)',
    home: 'shared/scim/patch/request.ts',
  },
  {
    name: 'dotted keys',
    sentBy: 'Entra',
    why: 'With aadOptscim062020 it writes paths as keys of a value, such as "name.givenName" (PAT-14)',
    home: 'shared/scim/patch/request.ts',
  },
  {
    name: 'own id in a value',
    sentBy: 'Okta',
    why: 'It repeats the group id beside the new displayName (PAT-13)',
    home: 'shared/scim/patch/target.ts',
  },
  {
    name: 'remove with a value',
    sentBy: 'Entra',
    why: 'It lists the members to remove as a value, instead of by a filter (PAT-10)',
    home: 'shared/scim/patch/members.ts',
  },
  {
    name: 'words for booleans',
    sentBy: 'Entra',
    why: 'It sends "True" and "False" as text (PAT-15)',
    home: 'shared/scim/value.ts',
  },
  {
    name: 'bare manager',
    sentBy: 'Entra',
    why: 'Its samples send the manager as a bare id, or as an array of one (PAT-19)',
    home: 'shared/scim/value.ts',
  },
  {
    name: 'dot after a URN',
    sentBy: 'Snowflake',
    why: 'It joins an extension URN and the attribute by a dot (PAT-3)',
    home: 'shared/scim/attribute-path.ts',
  },
  {
    name: 'type without a value',
    sentBy: 'Snowflake',
    why: 'A PATCH of type with null, or its removal, leaves it as it is (SNO-1)',
    home: 'shared/scim/patch/target.ts',
  },
]

/** The operation in the RFC's form. */
export function applyQuirks(operation: WireOperation, type: ResourceType): WireOperation {
  return QUIRKS.reduce((rewritten, { rewrite }) => rewrite?.(rewritten, type) ?? rewritten, operation)
}

function withPath(operation: WireOperation, path: string | undefined): WireOperation {
  return path === undefined ? operation : { ...operation, path }
}

/** What is not one object of attributes, in an array or bare: then what a member lacks is told, not passed over. */
function isMemberList(type: ResourceType, value: Json | undefined): boolean {
  if (!hasMembers(type)) return false
  if (!Array.isArray(value)) return isJsonObject(value) && (hasValue(value) || isPartOfMember(type, value))
  const [only] = value
  return value.length !== 1 || !isJsonObject(only) || hasValue(only) || !namesAttribute(type, only)
}

/** `value` is an attribute of members, and of no resource. */
const hasValue = (object: JsonObject): boolean => Object.keys(object).some((name) => name.toLowerCase() === 'value')

const namesAttribute = (type: ResourceType, object: JsonObject): boolean =>
  Object.keys(object).some((name) => findSchema(type, name) ?? resolveAttributePath(type, name))

function isPartOfMember(type: ResourceType, object: JsonObject): boolean {
  const isPart = (name: string) => findAttribute(membersAttribute.subAttributes ?? [], name) !== undefined
  return Object.keys(object).some(isPart) && !namesAttribute(type, object)
}

function withoutArray(value: Json | undefined): { value?: Json } {
  const single = Array.isArray(value) && value.length === 1 ? value[0] : undefined
  return isJsonObject(single) ? { value: single } : {}
}

function isEmptyReference(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return value === ''
  const names = Object.keys(value).filter((name) => name.toLowerCase() === 'value')
  return names.some((name) => value[name] === '')
}
