import { foldName } from '../../scim/fold.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { nameKey } from '../keys.ts'
import { getProvisioners } from '../provisioners.ts'
import type { Looked, Violation } from './violation.ts'

const claimOf = (account: string, role: string) => nameKey(account, RESOURCE_TYPES.Group, foldName(role))

/**
 * Access pattern V6: names of provisioner roles, each kept from groups. 1 read unit for some 20 roles and 1 for each; what
 * looks wrong is read again.
 */
export async function checkRoleNames(db: Db, account: string): Promise<Looked> {
  const roles = await listUnkept(db, account)
  const still = roles.length === 0 ? [] : await listUnkept(db, account)
  const violations = roles.filter((role) => still.includes(role)).map(toViolation)
  return { violations, checked: roles.length, reached: undefined }
}

async function listUnkept(db: Db, account: string): Promise<string[]> {
  const roles = (await getProvisioners(db, account)).map(({ role }) => role)
  const claims = await batchGet(
    db,
    roles.map((role) => claimOf(account, role)),
  )
  const kept = new Set(claims.filter(({ role }) => role !== undefined).map(({ sk }) => sk))
  return roles.filter((role) => !kept.has(claimOf(account, role).sk))
}

const toViolation = (role: string): Violation => ({
  ...{ invariant: 'name', type: 'PROVISIONER', id: role, name: role },
  message: `The name of the provisioner role ${role} is not kept from roles of users`,
})
