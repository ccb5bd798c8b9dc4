import { comparable, type Values } from './attributes.ts'
import type { UserHere } from './here.ts'
import type { FileUser } from './users-file.ts'

/** By what users of a file are found here; `email` is the userName where it is an address, else the e-mail address. */
export const MATCHES = ['userName', 'externalId', 'email'] as const
export type MatchBy = (typeof MATCHES)[number]

/** The same person on both sides. */
export interface Pair {
  there: FileUser
  here: UserHere
  /** By what it was found, where that is not what users are matched by, which differs then. */
  foundBy?: 'userName' | 'externalId' | 'id' | 'email'
}

export interface Matched {
  by: MatchBy
  pairs: Pair[]
  onlyThere: FileUser[]
  onlyHere: UserHere[]
  /** Rows of the file that share a key: the first of them is compared. */
  collisions: FileUser[][]
  /** Rows of the file without a key. */
  keyless: FileUser[]
}

const isAddress = (text: string): boolean => text.includes('@')

/** The key by which a user is matched; empty where it has none. */
function keyOf(by: MatchBy, values: Values): string {
  const { userName = '', email = '' } = values
  if (by === 'email') return comparable('email', isAddress(userName) ? userName : email)
  return comparable(by, values[by])
}

/**
 * What to match by where nobody says: userName, but e-mail addresses where the names of one side are addresses and those
 * of the other are not (JumpCloud's).
 */
export function chooseMatch(there: readonly FileUser[], here: readonly UserHere[]): MatchBy {
  const addresses = (users: readonly { values: Values }[]) =>
    users.filter(({ values }) => isAddress(values.userName ?? '')).length * 2 > users.length
  if (there.length === 0 || here.length === 0 || addresses(there) === addresses(here)) return 'userName'
  const other = addresses(there) ? here : there
  return other.some(({ values }) => values.email !== undefined) ? 'email' : 'userName'
}

/** Finds the users of a file here: by key, and who is left on both sides by the name, or what does not change with it. */
export function matchUsers(there: readonly FileUser[], here: readonly UserHere[], by: MatchBy): Matched {
  const rows = Map.groupBy(there, ({ values }) => keyOf(by, values))
  const keyless = rows.get('') ?? []
  rows.delete('')
  const byKey = new Map(here.map((user) => [keyOf(by, user.values), user]))
  const pairs: Pair[] = []
  const unmatched: FileUser[] = []
  for (const [key, [first]] of rows) {
    const found = byKey.get(key)
    if (first && found) pairs.push({ there: first, here: found })
    else if (first) unmatched.push(first)
  }
  const found = new Set(pairs.map((pair) => pair.here))
  const left = here.filter((user) => !found.has(user))
  const others = findOtherwise([...unmatched, ...keyless], left)
  const othersThere = new Set(others.map((pair) => pair.there))
  const othersHere = new Set(others.map((pair) => pair.here))
  const isLeft = (user: FileUser) => !othersThere.has(user)
  return {
    ...{ by, pairs: [...pairs, ...others] },
    onlyThere: unmatched.filter(isLeft),
    onlyHere: left.filter((user) => !othersHere.has(user)),
    collisions: [...rows.values()].filter((some) => some.length > 1),
    keyless: keyless.filter(isLeft),
  }
}

/** What is the same person's where the key differs, surest first. */
const OTHER_KEYS = [
  ['userName', ({ values }: FileUser) => nameKey(values), ({ values }: UserHere) => nameKey(values)],
  ['externalId', ({ values }: FileUser) => values.externalId, ({ values }: UserHere) => values.externalId],
  ['id', ({ objectId }: FileUser) => objectId, ({ values }: UserHere) => values.externalId],
  ['email', ({ values }: FileUser) => emailKey(values), ({ values }: UserHere) => emailKey(values)],
] as const

const nameKey = ({ userName }: Values): string | undefined => userName && comparable('userName', userName)
const emailKey = ({ email }: Values): string | undefined => email && comparable('email', email)

/** Only what belongs to one user of each side tells anything. */
function findOtherwise(there: readonly FileUser[], here: readonly UserHere[]): Pair[] {
  const pairs = new Map<FileUser, Pair>()
  const taken = new Set<UserHere>()
  for (const [foundBy, ofThere, ofHere] of OTHER_KEYS) {
    const theirs = Map.groupBy(
      there.filter((user) => !pairs.has(user)),
      ofThere,
    )
    const ours = Map.groupBy(
      here.filter((user) => !taken.has(user)),
      ofHere,
    )
    for (const [key, [one, another]] of theirs) {
      const [found, further] = (key && ours.get(key)) || []
      if (!one || another || !found || further) continue
      pairs.set(one, { there: one, here: found, foundBy })
      taken.add(found)
    }
  }
  return [...pairs.values()]
}
