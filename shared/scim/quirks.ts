import type { WireOperation } from './patch/operation.ts'
import { hasMembers, type Json, type ResourceType } from './schema.ts'
import { isJsonObject } from './value.ts'

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
    why: 'Its samples add members by an array value without a path (PAT-22)',
    rewrite: (operation, type) =>
      hasMembers(type) && operation.op === 'add' && !operation.path && isMemberList(operation.value)
        ? { ...operation, path: 'members' }
        : operation,
  },
  {
    name: 'array around the value',
    sentBy: 'SCIM-SDK',
    why: 'Without a path it sends its one object of attributes inside an array (PAT-27)',
    rewrite: (operation, type) =>
      operation.path || (type.name === 'Group' && isMemberList(operation.value))
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

/** A list that is not one object of attributes: `value` is an attribute of members, and of no resource. */
function isMemberList(value: Json | undefined): boolean {
  if (!Array.isArray(value)) return false
  const [first] = value
  return value.length !== 1 || !isJsonObject(first) || Object.keys(first).some((name) => name.toLowerCase() === 'value')
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
