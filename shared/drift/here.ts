import { memberOf, textOf, type Values, valueAtPath, valuesOf } from './attributes.ts'

/** A user of the service, as far as it is compared. */
export interface UserHere {
  id: string
  values: Values
  active: boolean
  owner: string
  /** What administrators changed since the owner's client last sent it: SCIM path, time, and what is there now. */
  direct: readonly (readonly [string, string, string?])[]
  /** Ids of the roles it holds, where they were asked for. */
  roles: readonly string[]
}

/** A role of the service. */
export interface RoleHere {
  id: string
  name: string
  owner: string
  /** As of a user. */
  direct: UserHere['direct']
}

type Resource = Record<string, unknown>

/** A user as administrators see it, taken down to what is compared. */
export function toUserHere(resource: Resource): UserHere {
  const groups = memberOf(resource, 'groups')
  return {
    ...{ id: String(resource.id), values: valuesOf(resource), active: resource.active !== false },
    owner: textOf(resource.owner) ?? '',
    direct: directChangesOf(resource),
    roles: (Array.isArray(groups) ? groups : []).map((group) => String(memberOf(group, 'value'))),
  }
}

/** A role as administrators see it. */
export const toRoleHere = (resource: Resource): RoleHere => ({
  ...{ id: String(resource.id), name: textOf(resource.displayName) ?? '', owner: textOf(resource.owner) ?? '' },
  direct: directChangesOf(resource),
})

const directChangesOf = ({ directChanges, ...resource }: Resource): UserHere['direct'] =>
  Object.entries((directChanges as Resource | undefined) ?? {}).map(([path, time]) => {
    const value = valueAtPath(resource, path)
    return value === undefined ? [path, String(time)] : [path, String(time), value]
  })
