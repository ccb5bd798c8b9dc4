/** How many users and roles there are, or belong to somebody. */
export interface OwnedCounts {
  users: number
  roles: number
}

export const isNone = ({ users, roles }: OwnedCounts): boolean => users + roles === 0

/** `12 users and 1 role`. */
export const sayOwned = ({ users, roles }: OwnedCounts): string => `${many(users, 'user')} and ${many(roles, 'role')}`

/** `1 token`, `2 tokens`. */
export const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
