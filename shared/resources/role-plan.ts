import { CREATE_PRIVILEGES, type Privilege } from '../auth/privileges.ts'
import { ScimError, uniqueness } from '../scim/error.ts'
import { type RoleChange, TooManyTokens } from '../store/integration-change.ts'
import { getIntegrations, type Integration } from '../store/integrations.ts'
import { getProvisioner, type Provisioner } from '../store/provisioners.ts'
import { ConditionsFailed } from '../store/transaction.ts'
import type { AdminContext } from './admin-context.ts'

/** What a role is to be given and to lose; `anyway` goes to a new one only. */
export interface Wish {
  role: string
  grant: readonly Privilege[]
  revoke?: readonly Privilege[]
  anyway?: readonly Privilege[]
}

/** A role before and after a change. */
export interface RolePlan extends RoleChange {
  before: Provisioner | undefined
}

/**
 * What a role becomes: made, changed, or only its next version. Whose tokens show its privileges is looked up where
 * these change; `except` has none that go on.
 */
export async function planRole(context: AdminContext, wish: Wish, except?: Integration): Promise<RolePlan> {
  const { db, account, actor, now } = context
  const { role, grant, revoke = [], anyway = CREATE_PRIVILEGES } = wish
  const before = await getProvisioner(db, account, role)
  const held = before?.privileges ?? anyway
  const privileges = [...new Set([...held, ...grant])].filter((privilege) => !revoke.includes(privilege))
  if (!before) {
    const after = { role, privileges, createdAt: now.toISOString(), createdBy: actor, version: 1 }
    return { before, after, sharedBy: [] }
  }
  const after = { ...before, privileges, version: before.version + 1 }
  if (isSame(before.privileges, privileges)) return { before, after, sharedBy: [] }
  const all = await getIntegrations(db, account)
  return { before, after, sharedBy: all.filter((other) => other.role === role && other.name !== except?.name) }
}

/** Whether a role has the same privileges, in whatever order. */
export const isSame = (one: readonly Privilege[], other: readonly Privilege[]): boolean =>
  one.length === other.length && one.every((privilege) => other.includes(privilege))

/** Says what is the matter with a role that cannot be stored; to be thrown. */
export function explainRole(role: string, error: unknown): unknown {
  if (error instanceof ConditionsFailed && error.failures.has('roleName')) {
    return uniqueness(`A group has the name of the role "${role}": rename or delete it, or choose another role`)
  }
  if (!(error instanceof TooManyTokens)) return error
  const detail = `Too many live tokens share the role "${role}": revoke some, or use another role`
  return new ScimError(409, undefined, detail)
}
