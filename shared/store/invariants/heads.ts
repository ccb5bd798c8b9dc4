import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { Db } from '../client.ts'
import { getHead, type Head, listHeads } from '../groups/heads.ts'
import { getResource } from '../resources.ts'
import type { Looked, Violation } from './violation.ts'

const { User, Group } = RESOURCE_TYPES

/** Heads that are looked at; there are nearly always none. */
const MAX_HEADS = 500

/**
 * Access pattern V5: what waits for the worker: each head of a role that is there, or known to be deleted; each mark of a
 * deleted user of one who is gone. 1 read unit for some 20 heads and 1 for each; what looks wrong is read again.
 */
export async function checkHeads(db: Db, account: string): Promise<Looked> {
  const heads = (await listHeads(db, account)).slice(0, MAX_HEADS)
  const violations: Violation[] = []
  for (const head of heads) {
    const message = await faultOf(db, head)
    const type = head.kind === 'USER' ? User : Group
    // What was done meanwhile has no head any more.
    if (message !== undefined && (await getHead(db, head)))
      violations.push({ invariant: 'queue', type: type.auditWord, id: head.id, message })
  }
  return { violations, checked: heads.length, reached: undefined }
}

async function faultOf(db: Db, head: Head): Promise<string | undefined> {
  const { account, kind, id } = head
  const found = await getResource(db, account, kind === 'USER' ? User : Group, id)
  if (kind === 'USER')
    return found && `User ${id} is marked as deleted and there: readers of members hide a user who is not gone`
  if (found || head.deleted) return undefined
  return `Changes of members wait for role ${id}, which is neither there nor known to be deleted`
}
