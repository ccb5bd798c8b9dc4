import type { ComponentChildren } from 'preact'
import type { Change } from '../../../shared/audit/rest-event.ts'
import { PATCH_OP } from '../../../shared/scim/patch/patch-op.ts'
import { type ApiRequest, ask, send } from '../data/api.ts'
import { knownBeside } from '../data/known.ts'
import { Diff } from '../events/diff.tsx'
import { Action, type Plan } from '../parts/action.tsx'
import type { IconName } from '../parts/icon-name.ts'

/** What one change would do, as the dry run answers it. */
function planOfChanges(changes: readonly Change[], warning?: string): Plan {
  return {
    lines: changes.length === 0 ? [] : [<Diff key="changes" changes={changes} names={knownBeside().names} />],
    count: changes.length === 0 ? 0 : 1,
    warning,
  }
}

interface ChangeActionProps {
  label: string
  about?: string
  icon?: IconName
  class?: string
  confirm: string
  words: readonly string[]
  request: ApiRequest
  warning?: string | undefined
  onDone: () => void
  children?: ComponentChildren
  /** Whether what the fields say is a request yet. */
  isReady?: boolean
}

/** One change of one object by hand: the route's own dry run says what it would do. */
export const ChangeAction = ({ request, warning, isReady = true, ...rest }: ChangeActionProps) => (
  <Action
    {...rest}
    planKey={JSON.stringify([request, isReady])}
    plan={async (signal) => {
      if (!isReady) return { lines: [], count: 0 }
      const dry = { ...request, query: { ...request.query, dryRun: true }, signal }
      return planOfChanges((await ask<{ changes: Change[] }>(dry)).changes, warning)
    }}
    carryOut={() => send(request)}
  />
)

/** A PATCH of one operation (RFC 7644 §3.5.2). */
export const patchOf = (operation: { op: 'add' | 'replace' | 'remove'; path: string; value?: unknown }) => ({
  schemas: [PATCH_OP],
  Operations: [operation],
})
