import { sayOwned } from '../../shared/resources/say-owned.ts'
import type { Api } from '../api.ts'
import { listResourcePages } from '../resource-pages.ts'

/** What another role owns whose names a first sync would meet. */
export interface Held {
  owner: string
  users: number
  roles: number
  /** Some of the names, for people to recognise whose they are. */
  names: string[]
}

const SHOWN_NAMES = 5
const HELD_KINDS = [
  { collection: 'users', excludedAttributes: 'groups,meta,name,emails,phoneNumbers,addresses' },
  { collection: 'roles', excludedAttributes: 'members,meta' },
] as const

/** Everything that other roles than `role` own, by owner: a create of the same name would be refused. */
export async function loadHeld(api: Api, role: string): Promise<Held[]> {
  const held = new Map<string, Held>()
  for (const kind of HELD_KINDS) {
    for await (const page of listResourcePages(api, kind)) {
      for (const { owner, userName, displayName } of page) {
        if (typeof owner !== 'string' || owner === role) continue
        const row = held.get(owner) ?? { owner, users: 0, roles: 0, names: [] }
        held.set(owner, row)
        row[kind.collection] += 1
        if (row.names.length < SHOWN_NAMES) row.names.push(String(userName ?? displayName))
      }
    }
  }
  return [...held.values()]
}

/** What is said of it, and the command that mends it. */
export const heldText = ({ owner, users, roles, names }: Held): string =>
  `${owner} owns ${sayOwned({ users, roles })}, such as ${names.join(', ')}: a create of such a name is refused; hand them all over only where nothing else pushes as ${owner}`

export const transferWords = ({ owner }: Held, role: string): string =>
  `ownership transfer --owned-by ${owner} --to ${role} --dry-run`
