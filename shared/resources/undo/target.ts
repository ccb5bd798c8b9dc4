import type { Trail } from '../../audit/trail.ts'
import { newId } from '../../store/new-id.ts'
import type { ScimContext } from '../context.ts'
import type { Kind } from '../special.ts'
import type { Net } from './net.ts'

/** How objects are set back. */
export interface How {
  dryRun: boolean
  /** Also what has been changed again since. */
  force: boolean
  /** Also what was made is taken away. */
  withCreated: boolean
  /** Members that one commit sets back; as many as a request may name, unless a test says otherwise. */
  most?: number
  /** Whether a user who is not there would be, if it were no dry run. */
  returns(userId: string): Promise<boolean>
}

/** One object, and what is to be undone of it. */
export interface Target {
  kind: Kind
  id: string
  name: string
  net: Net
}

/** What one commit did; nothing where there was nothing to do. */
export interface Committed {
  what: string | undefined
  /** Whether nothing is left to do. */
  isAll: boolean
  /** Members who did not come back, since they are users no more. */
  gone: number
}

/** The event of a commit, which follows from the last of what is undone. */
export function trailOf({ trail, now }: ScimContext, { kind, id, name, net }: Target): Trail {
  const own = trail.ofObject(newId(now), net.newest?.eventId ?? '')
  own.about(kind.type.auditWord, id, name)
  return own
}
