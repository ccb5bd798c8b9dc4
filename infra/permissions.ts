import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { functionOf, type ResourceFunctionName, readsFunctionOf } from '../shared/http/routes.ts'
import { RESOURCE_TYPES, type ResourceTypes } from '../shared/scim/resource-types.ts'
import type { BackgroundName, LambdaName } from './bundling.ts'

/** What a function may do with items whose partition key is like one of `keys`. */
interface Grant {
  actions: readonly ItemAction[]
  keys: readonly string[]
  /** With the collections of all resource types. */
  collections?: boolean
  /** For queries of the index. */
  index?: boolean
}

type ItemAction = 'Get' | 'BatchGet' | 'Query' | 'Put' | 'Update' | 'Delete' | 'BatchWrite' | 'ConditionCheck'

const READ: readonly ItemAction[] = ['Get', 'BatchGet', 'Query']
const CHANGE: readonly ItemAction[] = ['Put', 'Update', 'Delete', 'BatchWrite', 'ConditionCheck']

const EVENTS = 'A#*#EVENT#*'
const HISTORY = 'A#*#HISTORY#*'
/** What events had to leave out, and what deleted objects were. */
const KEPT = 'A#*#KEPT#*'
const GROUP_NAMES = `A#*#NAME#${RESOURCE_TYPES.Group.collection}`
const USER_NAMES = `A#*#NAME#${RESOURCE_TYPES.User.collection}`
const TOKENS = 'TOKEN#*'
const TOKEN_INDEX = 'A#*#TOKENS#*'
const USED_ASSERTIONS = 'A#*#USED#*'
const PAGE_MARKS = 'A#*#PAGE#*'
const GROUPS = `A#*#${RESOURCE_TYPES.Group.collection}`
const LOOKUPS = 'A#*#LOOKUP#*'
const MEMBERS = 'A#*#MEMBERS#*'
const MEMBER_OF = 'A#*#MEMBEROF#*'
/** What the index tells of objects: memberships by user, objects by owner. */
const OBJECT_INDEX = [MEMBER_OF, 'A#*#OWNED#*']
const COUNTS = 'A#*#COUNT#*'
const PENDING = 'A#*#PENDING'
/** Tokens that ended lately, and when and from where tokens are used. */
const REVOKED = 'A#*#REVOKED'
const USES = 'A#*#USE'
const NOTICES = 'A#*#NOTICE'
const BRAKES = 'A#*#BRAKE#*'
/** Where rounds of all accounts go on. */
const ROUNDS: Grant = { actions: ['Get', 'Put'], keys: ['ROUND'] }
/** What SCIM requests are about besides objects: names and lookups, memberships, counters, moves, page marks, open work. */
const OF_OBJECTS = ['NAME#*', 'LOOKUP#*', 'MEMBERS#*', 'COUNT#*', 'MOVED#*', 'PAGE#*', 'PENDING'].map(
  (part) => `A#*#${part}`,
)
/** Keys that end in text of a client. */
const CLIENT_TEXT = [LOOKUPS, MEMBERS]
const ADMINISTRATION = ['A#*#INTEGRATION', 'A#*#PROVISIONER', 'ACCOUNT']
const NETWORK_POLICIES = 'A#*#NETWORKPOLICY'

const WRITE_EVENTS: Grant = { actions: ['Put'], keys: [EVENTS] }
/** What every function does about the token of its caller. */
const CALLERS: readonly Grant[] = [
  { actions: ['Query'], keys: [REVOKED] },
  { actions: ['Update'], keys: [USES] },
]
const CHANGES: readonly Grant[] = [
  { actions: [...READ, ...CHANGE], keys: OF_OBJECTS, collections: true },
  // What users are granted, beside their memberships, and what events have no room for.
  { actions: ['Put'], keys: [HISTORY, KEPT] },
  { actions: ['Query'], keys: OBJECT_INDEX, index: true },
  WRITE_EVENTS,
]
const SCIM: readonly Grant[] = [...CHANGES, ...CALLERS]

/** Clients' changes, which are counted. */
const CLIENT_CHANGES: readonly Grant[] = [...SCIM, { actions: ['Query', 'Put', 'Update'], keys: [BRAKES] }]

/** Reading objects: lists of more than a page mark where the next one begins. */
const READS: readonly Grant[] = [
  { actions: READ, keys: OF_OBJECTS, collections: true },
  { actions: ['Put'], keys: [PAGE_MARKS] },
  { actions: ['Query'], keys: OBJECT_INDEX, index: true },
  WRITE_EVENTS,
  ...CALLERS,
]

/** Least privilege, function by function (SECURITY E1): whatever is not listed is refused by IAM. */
const GRANTS: Record<Exclude<LambdaName, ResourceFunctionName> | BackgroundName, readonly Grant[]> = {
  search: SCIM,
  bulk: CLIENT_CHANGES,
  discovery: [WRITE_EVENTS, { actions: ['Update'], keys: [USES] }],
  events: [
    { actions: READ, keys: [EVENTS] },
    { actions: ['Query'], keys: [HISTORY] },
    { actions: ['Query'], keys: [HISTORY], index: true },
    // Who has the name that is asked for.
    { actions: ['Get'], keys: [USER_NAMES, GROUP_NAMES] },
    // A question about a name that is not there is answered with those that are.
    { actions: ['Get', 'Query'], keys: ADMINISTRATION },
    // That somebody follows the events is told once an hour.
    { actions: ['Put'], keys: [NOTICES] },
    WRITE_EVENTS,
  ],
  admin: [
    {
      actions: [...READ, 'Put', 'Update', 'Delete', 'ConditionCheck'],
      keys: [...ADMINISTRATION, NETWORK_POLICIES, TOKENS],
    },
    { actions: ['Query'], keys: [TOKEN_INDEX], index: true },
    { actions: ['Put', 'Delete'], keys: [REVOKED] },
    { actions: ['Query'], keys: [USES] },
    // The names of roles are kept from groups, and given free.
    { actions: ['Get', 'Put', 'Delete'], keys: [GROUP_NAMES] },
    // How many users and groups a role owns; neither is read.
    { actions: ['Query'], keys: [COUNTS] },
    // How things are: what waits, what brakes counted, since when is watched, the latest events.
    { actions: ['Query'], keys: [PENDING, BRAKES, NOTICES, EVENTS] },
    // That somebody asked who they are is told once an hour.
    { actions: ['Put'], keys: [NOTICES] },
    WRITE_EVENTS,
  ],
  // As clients do, and what it takes to bring back what was there: the history.
  'admin-resources': [
    ...CHANGES,
    { actions: READ, keys: [EVENTS, KEPT] },
    { actions: ['Query'], keys: [HISTORY] },
    { actions: ['Query'], keys: [HISTORY], index: true },
    // Whose integration forbids it; an account that is not there is answered with those that are.
    { actions: ['Get', 'Query'], keys: ADMINISTRATION },
    // What is made in an account holds it, against who drops it; a dry run looks whether it is there.
    { actions: ['Update', 'ConditionCheck'], keys: ['ACCOUNT'] },
  ],
  // A client, its token, the assertion it was given for; who is refused is counted as refused tokens are.
  oauth: [
    { actions: ['Get', 'Put'], keys: [TOKENS] },
    { actions: ['Put'], keys: [USED_ASSERTIONS] },
    { actions: ['Put', 'Update'], keys: [EVENTS] },
  ],
  // Refused tokens are counted in rows of the event history, which is the one reason to update an event.
  authorizer: [
    { actions: ['Get'], keys: [TOKENS] },
    { actions: ['Update'], keys: [EVENTS] },
  ],
  // Which heads of which accounts are waiting.
  changes: [{ actions: ['Query'], keys: ['ACCOUNT', PENDING] }, ROUNDS],
  // Whose tokens end soon and who fell silent; what was told, and the event that tells it.
  watch: [
    { actions: ['Query'], keys: ['ACCOUNT', 'A#*#INTEGRATION', USES, NOTICES] },
    { actions: ['Get', 'BatchGet'], keys: [TOKENS] },
    { actions: ['Query'], keys: [TOKEN_INDEX], index: true },
    { actions: ['Put'], keys: [NOTICES] },
    ROUNDS,
    WRITE_EVENTS,
  ],
  // Everything about objects, and the events of their last changes: nothing is changed but the mark of where it goes on.
  check: [
    {
      actions: READ,
      keys: ['NAME#*', 'LOOKUP#*', 'MEMBERS#*', 'COUNT#*', 'PENDING'].map((part) => `A#*#${part}`),
      collections: true,
    },
    { actions: ['BatchGet'], keys: [EVENTS] },
    { actions: ['Query'], keys: OBJECT_INDEX, index: true },
    { actions: ['Get', 'Query'], keys: ['A#*#PROVISIONER'] },
    { actions: ['Query'], keys: ['ACCOUNT'] },
    ROUNDS,
  ],
  // All events of an hour, of each account; what it makes of them goes to a bucket.
  notary: [{ actions: ['Get', 'Query'], keys: ['ACCOUNT'] }, { actions: ['Query'], keys: [EVENTS] }, ROUNDS],
  // An account that is not there is answered with those that are.
  audit: [{ actions: ['Get', 'Query'], keys: ['ACCOUNT'] }, WRITE_EVENTS],
  worker: [
    { actions: [...READ, ...CHANGE], keys: [GROUPS, MEMBERS, PENDING] },
    { actions: ['Put'], keys: [HISTORY, KEPT] },
    // A batch holds both, and IAM holds each statement against all keys of a request.
    { actions: ['BatchWrite'], keys: [MEMBERS, HISTORY] },
    // What a deleted user or group was deleted by.
    { actions: ['Get'], keys: [EVENTS] },
    { actions: ['Query'], keys: [MEMBER_OF], index: true },
    WRITE_EVENTS,
  ],
}

/** The rows of a fence that changes meet, and where it stands to be read (docs/decisions/0050-two-regions.md). */
const GATES = 'A#*#FENCE'
const LOOKS: Grant = { actions: ['Get'], keys: [REVOKED] }
const FENCED: readonly Grant[] = [{ actions: ['ConditionCheck'], keys: [GATES] }, LOOKS]

/** Of those that write nothing to an account, or nothing that is a change of it: whether the region may. */
const LOOKING: readonly string[] = ['watch', 'check'] satisfies BackgroundName[]
const CHANGING: readonly string[] = ['search', 'bulk', 'admin', 'admin-resources', 'oauth', 'worker'] satisfies (
  | LambdaName
  | BackgroundName
)[]

/** What a function needs besides in a deployment of two regions. */
function fencedGrantsOf(name: string, grants: readonly Grant[]): readonly Grant[] {
  // Each minute it says that its region lives.
  if (name === 'changes') return [LOOKS, { actions: ['Put'], keys: ['MARKER#*'] }]
  if (LOOKING.includes(name)) return [LOOKS]
  if (!CHANGING.includes(name) && grants !== CLIENT_CHANGES) return []
  // Accounts that are made where others are fenced get a fence of their own.
  return name === 'admin' ? [...FENCED, { actions: ['Put'], keys: [GATES, REVOKED] }] : FENCED
}

/** Nobody needs these; a leading-key condition is void where a request has no key, so they are refused by name. */
const NEVER = [
  'dynamodb:Scan',
  'dynamodb:PartiQLSelect',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
  'dynamodb:ExportTableToPointInTime',
  'dynamodb:CreateBackup',
  'dynamodb:UpdateTable',
  'dynamodb:DeleteTable',
  'dynamodb:UpdateTimeToLive',
  'dynamodb:UpdateContinuousBackups',
]

/**
 * The statements of one function's role for the table. That events are only created follows from the grants: none of
 * them updates or deletes there. Denying it by pattern would also hit lookups, whose keys end in a client's own text.
 * @throws {Error} when there is no such function.
 */
export function tableStatements(name: string, arns: Arns, options: StatementOptions = {}): PolicyStatement[] {
  const { types = RESOURCE_TYPES, isFenced = false } = options
  const known = grantsOf(name, types)
  const grants = isFenced ? [...known, ...fencedGrantsOf(name, known)] : known
  const never = new PolicyStatement({ effect: Effect.DENY, actions: NEVER, resources: [arns.table, arns.index] })
  const denied = denials(name, known).map(({ actions, keys }) => deny(actions, keys, arns.table))
  return [...grants.map((grant) => allow(grant, arns, types)), never, ...denied]
}

interface StatementOptions {
  types?: ResourceTypes
  /** Whether the deployment has two regions, so that changes go by a fence. */
  isFenced?: boolean
}

interface Arns {
  table: string
  index: string
}

/** The functions of resource types all have the same, those that only read them likewise. */
function grantsOf(name: string, types: ResourceTypes): readonly Grant[] {
  const all = Object.values(types)
  if (all.some((type) => functionOf(type) === name)) return CLIENT_CHANGES
  if (all.some((type) => readsFunctionOf(type) === name)) return READS
  const grants = Object.entries(GRANTS).find(([known]) => known === name)?.[1]
  if (grants) return grants
  throw new Error(`There is no function "${name}"`)
}

/** Who reads tokens, and no objects. */
const READS_TOKENS: readonly string[] = ['authorizer', 'oauth', 'watch']

/** What no pattern of a grant may open by accident: tokens, and lookups of a text that reads like another key. */
function denials(name: string, grants: readonly Grant[]): { actions: string[]; keys: readonly string[] }[] {
  const all = ['dynamodb:*']
  const changesOfText = { actions: CHANGE.map(iamAction), keys: CLIENT_TEXT }
  if (grants === SCIM || grants === CLIENT_CHANGES || name === 'admin-resources')
    return [{ actions: all, keys: [TOKENS] }]
  if (grants === READS || name === 'check') return [{ actions: all, keys: [TOKENS] }, changesOfText]
  // The pattern of groups fits their names and counts too.
  if (name === 'worker') return [{ actions: all, keys: [TOKENS, LOOKUPS, 'A#*#NAME#*', 'A#*#COUNT#*'] }]
  if (name === 'admin') return [{ actions: all, keys: CLIENT_TEXT }]
  return [{ actions: all, keys: READS_TOKENS.includes(name) ? CLIENT_TEXT : [TOKENS, ...CLIENT_TEXT] }]
}

function allow({ actions, keys, collections, index }: Grant, arns: Arns, types: ResourceTypes): PolicyStatement {
  const objects = collections ? Object.values(types).map(({ collection }) => `A#*#${collection}`) : []
  return new PolicyStatement({
    actions: actions.map(iamAction),
    resources: [index ? arns.index : arns.table],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...objects, ...keys] } },
  })
}

function deny(actions: string[], keys: readonly string[], table: string): PolicyStatement {
  const conditions = { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': keys } }
  return new PolicyStatement({ effect: Effect.DENY, actions, resources: [table], conditions })
}

/** `Get` → `dynamodb:GetItem`; a Query names no item. */
const iamAction = (action: ItemAction) => (action === 'Query' ? 'dynamodb:Query' : `dynamodb:${action}Item`)
