import { isResourceId } from '../scim/resource-id.ts'
import { commandFor } from './command-for.ts'
import type { ScimContext } from './context.ts'

/** An object that a client was refused for its owner's sake. */
interface Refused {
  type: { auditWord: string }
  id: string
  name: string
  owner: string
}

/**
 * Tells administrators, in the event, whose the object is and the one command by which the caller's role gets it; the
 * client hears nothing of it.
 */
export function adviseTransfer(
  { trail, principal: { account, role } }: ScimContext,
  { owner, ...refused }: Refused,
): void {
  trail.advise(`It belongs to role ${owner}. To hand it over: ${transferCommand(account, refused, role)}`)
}

/** The command that hands an object to a role. */
export const transferCommand = (account: string, refused: Omit<Refused, 'owner'>, role: string): string =>
  commandFor(account, `ownership transfer --${refused.type.auditWord.toLowerCase()} ${wordFor(refused)} --to ${role}`)

/** The command that hands over all that a role owns; whoever is to get it is left open where nobody is named. */
export const transferAllCommand = (account: string, owner: string, to = 'ROLE'): string =>
  commandFor(account, `ownership transfer --owned-by ${owner} --to ${to}`)

/**
 * The name where a shell takes it as it is and it is nothing else; else the id: the command is pasted by an
 * administrator, and a name is a client's text.
 */
const wordFor = ({ id, name }: Pick<Refused, 'id' | 'name'>): string =>
  /^[\w@.+][\w@.+-]*$/.test(name) && !isResourceId(name) ? name : id
