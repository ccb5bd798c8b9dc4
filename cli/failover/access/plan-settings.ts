import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import type { AppliedPolicy } from '../../../shared/auth/applied-policy.ts'
import type { Privilege } from '../../../shared/auth/privileges.ts'
import { ownPolicyName } from '../../../shared/resources/spread-policy.ts'
import { putAccountAction } from '../../../shared/store/accounts.ts'
import { reserveNameAction } from '../../../shared/store/claims.ts'
import type { Integration } from '../../../shared/store/integrations.ts'
import {
  attachNetworkPolicyAction,
  deleteNetworkPolicyAction,
  putNetworkPolicyAction,
  type StoredPolicy,
} from '../../../shared/store/network-policies.ts'
import { type Provisioner, putProvisionerAction } from '../../../shared/store/provisioners.ts'
import type { Actions } from '../../../shared/store/transaction.ts'
import type { Told } from '../history.ts'
import { type Planning, toSetBack } from './plan.ts'
import {
  behindOf,
  closesAs,
  closesWith,
  closesWithout,
  closesWithoutEmptying,
  droppedBy,
  type Settings,
  wantedOf,
} from './wanted.ts'

const OF_ACCOUNT = { networkPolicy: null, separateUserNames: null } satisfies Settings
const OF_POLICY = {
  mode: closesAs('enforce'),
  allowed: closesWithoutEmptying,
  blocked: closesWith,
  comment: null,
} satisfies Settings
const OF_ROLE = { privileges: closesWithout } satisfies Settings

/** The account's own settings. */
export function planAccount({ account, access, found, historyOf }: Planning): void {
  const { account: before } = access
  if (!before) return
  const held = { networkPolicy: before.networkPolicy, separateUserNames: before.separateUserNames ?? false }
  const behind = behindOf(historyOf('ACCOUNT', account), OF_ACCOUNT, held)
  if (behind.changes.length === 0) return
  const named = Object.fromEntries(behind.changes.map(({ attribute, after }) => [attribute, after || undefined]))
  const after = { ...before, ...named, version: before.version + 1 }
  const about = { type: 'ACCOUNT', id: account, name: account }
  const attached = attachAction(account, access.policies, after.networkPolicy)
  if (after.networkPolicy !== undefined && !attached) {
    const says = `its network policy "${after.networkPolicy}" is not there`
    found.push({ ...about, what: 'left', says, cause: behind.event, changes: [], actions: {} })
    return
  }
  access.account = after
  found.push(toSetBack(about, behind, { account: putAccountAction(after), ...attached }))
}

/** The policy as something is attached to it from now on; nothing where it is not there. */
export function attachAction(
  account: string,
  policies: Map<string, StoredPolicy>,
  name: string | undefined,
): Actions | undefined {
  const policy = name === undefined ? undefined : policies.get(name)
  if (!policy) return undefined
  policies.set(policy.name, { ...policy, version: policy.version + 1 })
  return { policy: attachNetworkPolicyAction(account, policy) }
}

/** The policy that is to be attached to an integration itself, as far as its history tells; else the one that is. */
export function ownPolicyOf(history: readonly Told[], integration: Integration): string | undefined {
  const wanted = wantedOf(history, 'networkPolicy')
  if (!wanted) return ownPolicyName(integration)
  const { name, inherited } = Object(wanted.value)
  return inherited || typeof name !== 'string' ? undefined : name
}

/** Network policies: what they let in, and that they are there. */
export function planPolicies(planning: Planning): void {
  const { access, idsOf } = planning
  const used = new Set(
    [...access.integrations.values()].map((one) => ownPolicyOf(planning.historyOf('INTEGRATION', one.name), one)),
  )
  used.add(access.account?.networkPolicy)
  for (const name of new Set([...access.policies.keys(), ...idsOf('NETWORK_POLICY')]))
    planPolicy(planning, name, used.has(name))
}

function planPolicy({ account, now, access, found, historyOf }: Planning, name: string, isUsed: boolean): void {
  const history = historyOf('NETWORK_POLICY', name)
  const before = access.policies.get(name)
  const dropped = droppedBy(history, 'name')
  const about = { type: 'NETWORK_POLICY', id: name, name }
  if (dropped && !isUsed) {
    if (!before) return
    access.policies.delete(name)
    const gone = {
      what: 'applied again',
      says: 'it was dropped',
      cause: dropped,
      changes: [{ attribute: 'name', before: name }],
    } as const
    found.push({
      ...about,
      ...gone,
      changes: [...gone.changes],
      actions: { policy: deleteNetworkPolicyAction(account, before) },
    })
    return
  }
  const base = before ?? toDropped(dropped)
  const behind = behindOf(dropped ? [] : history, OF_POLICY, { ...base })
  const named = Object.fromEntries(behind.changes.map(({ attribute, after }) => [attribute, after]))
  const { mode, allowed, blocked, comment } = { ...base, ...named } as Partial<StoredPolicy>
  if (!mode || !allowed || !blocked) return
  if (before && behind.changes.length === 0) return
  const cause = behind.event ?? dropped
  const made = { createdAt: now.toISOString(), createdBy: cause?.actorName ?? '', version: 0 }
  const last = { ...made, ...before }
  const after: StoredPolicy = {
    ...last,
    name,
    ...({ mode, allowed, blocked } satisfies AppliedPolicy),
    comment,
    version: last.version + 1,
  }
  access.policies.set(name, after)
  const row = toSetBack(about, behind, { policy: putNetworkPolicyAction(account, after) })
  found.push(
    before
      ? row
      : {
          ...row,
          what: 'made again',
          says: 'made',
          cause,
          changes: [{ attribute: 'name', after: name }, ...row.changes],
        },
  )
}

/** What was dropped, by the event of that. */
const toDropped = (dropped: RestEvent | undefined): Record<string, unknown> =>
  Object.fromEntries((dropped?.changes ?? []).map(({ attribute, before }) => [attribute, before]))

/** Privileges of roles; a role that an integration runs as and that is not there is made again. */
export function planRoles(planning: Planning): void {
  const { account, now, access, found } = planning
  const run = [...access.integrations.values()].map(({ role }) => role)
  for (const role of new Set([...access.roles.keys(), ...run])) {
    const before = access.roles.get(role)
    const behind = behindOf(privilegesOf(planning, role), OF_ROLE, { privileges: before?.privileges })
    const [wanted] = behind.changes
    const about = { type: 'PROVISIONER', id: role, name: role }
    if (!wanted || !Array.isArray(wanted.after)) {
      const says = 'an integration runs as it, and it did not arrive; the history does not say its privileges'
      if (!before) found.push({ ...about, what: 'left', says, cause: undefined, changes: [], actions: {} })
      continue
    }
    const made = { role, createdAt: now.toISOString(), createdBy: behind.event?.actorName ?? '', version: 0 }
    const last: Omit<Provisioner, 'privileges'> = before ?? made
    const after = { ...last, privileges: wanted.after as Privilege[], version: last.version + 1 }
    access.roles.set(role, after)
    const actions = {
      role: putProvisionerAction(account, after),
      ...(!before && { roleName: reserveNameAction(account, role) }),
    }
    const row = toSetBack(about, behind, actions)
    found.push(before ? row : { ...row, what: 'made again' })
  }
}

/** Changes of a role's privileges: integrations that began to run as it may have given it some. */
function privilegesOf({ historyOf, idsOf }: Planning, role: string): Told[] {
  const runs = idsOf('INTEGRATION').flatMap((name) => historyOf('INTEGRATION', name))
  const given = runs.flatMap((told): Told[] => {
    const { changes = [] } = told.event
    const isBegun = changes.some(({ attribute, after }) => attribute === 'role' && after === role)
    const privileges = changes.filter(({ attribute }) => attribute === 'privileges')
    if (!isBegun || privileges.length === 0) return []
    return [
      { ...told, event: { ...told.event, changes: privileges.map(({ attribute, after }) => ({ attribute, after })) } },
    ]
  })
  return [...historyOf('PROVISIONER', role), ...given].sort(
    (a, b) => a.epoch - b.epoch || (a.event.time < b.event.time ? -1 : 1),
  )
}
