import * as z from 'zod/mini'
import { privilege } from './integration-input.ts'
import { strictError } from './parse-input.ts'

const privileges = z._default(z.array(privilege, { error: 'expected a list of privileges' }), [])

/** What an admin gives a role and takes from it. */
export const privilegeChange = z.strictObject({ grant: privileges, revoke: privileges }, { error: strictError }).check(
  z.refine(({ grant, revoke }) => grant.length + revoke.length > 0, {
    error: 'name a privilege to grant or to revoke',
  }),
  z.refine(({ grant, revoke }) => !grant.some((one) => revoke.includes(one)), {
    error: 'the same privilege cannot be granted and revoked',
  }),
)

export type PrivilegeChange = z.input<typeof privilegeChange>
