/** An item of a table as it is stored. */
export type Item = Record<string, unknown>

/**
 * What becomes of items: `state` is as it was; `object` too, as a new version; `history` is never taken back, only added
 * to; what was ended of `token` and `client` stays ended; `integration` comes back switched off; `work` comes back last;
 * `left` is what it is.
 */
type Treatment = 'state' | 'object' | 'history' | 'token' | 'client' | 'integration' | 'work' | 'left'

interface KindRow {
  treatment: Treatment
  /** The word behind the account in a partition key. */
  word?: string
}

/** What a table holds, by the words of its keys (shared/store/keys.ts), in the order in which a plan tells of it. */
const RESTORE_KINDS = {
  users: { word: 'USER', treatment: 'object' },
  roles: { word: 'GROUP', treatment: 'object' },
  memberships: { word: 'MEMBERS', treatment: 'state' },
  names: { word: 'NAME', treatment: 'state' },
  lookups: { word: 'LOOKUP', treatment: 'state' },
  counters: { word: 'COUNT', treatment: 'state' },
  'unfinished work': { word: 'PENDING', treatment: 'work' },
  integrations: { word: 'INTEGRATION', treatment: 'integration' },
  'provisioner roles': { word: 'PROVISIONER', treatment: 'state' },
  'network policies': { word: 'NETWORKPOLICY', treatment: 'state' },
  accounts: { treatment: 'state' },
  tokens: { treatment: 'token' },
  'OAuth clients': { treatment: 'client' },
  events: { word: 'EVENT', treatment: 'history' },
  grants: { word: 'HISTORY', treatment: 'history' },
  'kept changes': { word: 'KEPT', treatment: 'history' },
  'what passes by itself': { treatment: 'left' },
} as const satisfies Record<string, KindRow>

export type Kind = keyof typeof RESTORE_KINDS
export const RESTORE_KIND_NAMES = Object.keys(RESTORE_KINDS) as Kind[]

const BY_WORD = new Map(
  Object.entries(RESTORE_KINDS).flatMap(([kind, row]) => ('word' in row ? [[row.word, kind as Kind]] : [])),
)

export const treatmentOf = (kind: Kind): Treatment => RESTORE_KINDS[kind].treatment

/** Of what kind an item is, by its key. */
export function kindOf({ pk, sk }: Item): Kind {
  const [first, , word = ''] = String(pk).split('#')
  if (pk === 'ACCOUNT') return 'accounts'
  if (first === 'TOKEN') return sk === 'CLIENT' ? 'OAuth clients' : 'tokens'
  return (first === 'A' && BY_WORD.get(word as never)) || 'what passes by itself'
}

/** The account of an item whose key begins with it. */
export const accountOf = ({ pk }: Item): string => String(pk).split('#')[1] ?? ''
