import type { Change } from '../../audit/rest-event.ts'
import type { Trail } from '../../audit/trail.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { newId } from '../../store/new-id.ts'
import type { ScimContext } from '../context.ts'
import { markOf } from '../direct-marks.ts'
import type { Kind } from '../special.ts'
import type { Net } from './net.ts'

/** What is asked for, whatever is undone. */
export interface Asked {
  dryRun: boolean
  /** Also what has been changed again since. */
  force: boolean
  /** Also what was made is taken away. */
  withCreated: boolean
  /** Members that one commit sets back; as many as a request may name, unless a test says otherwise. */
  most?: number
}

/** How objects are set back. */
export interface How extends Asked {
  /** Epoch ms after which no further commit of the same object is begun. */
  until: number
  /** Whether a user who is not there would be, if it were no dry run. */
  returns(userId: string): Promise<boolean>
  /** What is to be undone of another object; nothing where that is not asked for. */
  netOf(type: ResourceType, id: string): Promise<Net | undefined>
  /** When the command began (ISO 8601): what it has done itself is not older. */
  begun: string
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
export function trailOf({ trail, now }: ScimContext, { kind, id, name, net }: Target, { dryRun }: Asked): Trail {
  const own = trail.ofObject(newId(now), net.newest?.eventId ?? '')
  if (dryRun) own.dryRun()
  own.about(kind.type.auditWord, id, name)
  return own
}

/** The marks that what is set back had before. */
export function marksOf({ net: { effect } }: Target, changes: readonly Change[]): Map<string, string | undefined> {
  const names = new Set(changes.map(markOf))
  return new Map([...effect.marks].filter(([name]) => names.has(name)))
}
