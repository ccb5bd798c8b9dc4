import type { Principal } from '../auth/principal.ts'
import { forbidden, type ScimError, unauthorized } from '../scim/error.ts'
import type { Db } from '../store/client.ts'
import { refuseFenced } from '../store/regions/fenced.ts'
import { type Closed, type ClosedReason, closedLately } from '../store/revoked.ts'
import { type NoteUse, useNoter } from '../store/token-use.ts'
import { putUse } from '../store/token-uses.ts'

/** What a process does about its callers' tokens, which the gateway may have let in without asking. */
export interface Doorkeeper {
  /**
   * @throws {ScimError} 401, 403 where the token was closed within the time that the gateway keeps answers.
   * @throws {Fenced} where something is to be changed, and another region is the account's primary.
   */
  refuse(db: Db, caller: Principal, now: Date, isChange: boolean): Promise<void>
  noteUse: NoteUse
}

/** A process has one, since it remembers what it has read and written. */
export function openDoorkeeper(): Doorkeeper {
  const getClosedLately = closedLately()
  return {
    refuse: async (db, caller, now, isChange) => {
      const closed = await getClosedLately(db, caller.account, now.getTime())
      const reason = reasonFor(caller, closed)
      if (reason) throw REFUSALS[reason]()
      if (isChange) await refuseFenced(db, caller.account, true)
    },
    noteUse: useNoter(putUse),
  }
}

/** An access token ends with its client, or with all that its client got before an instant. */
function reasonFor({ tokenId, client }: Principal, closed: Closed): ClosedReason | undefined {
  const { reason, issuedBefore = Number.POSITIVE_INFINITY } = closed.get(tokenId) ?? closed.get(client?.id ?? '') ?? {}
  return client && client.issuedAt >= issuedBefore ? undefined : reason
}

const REFUSALS: Record<ClosedReason, () => ScimError> = {
  revoked: () => unauthorized('The token was revoked: use another one'),
  rejected: () => unauthorized('The token is older than what its integration accepts: use a newer one'),
  disabled: () => forbidden('The integration is disabled: ask its administrator'),
}
