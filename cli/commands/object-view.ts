import { plainJson } from '../../shared/audit/plain-text.ts'
import type { Change } from '../../shared/audit/rest-event.ts'
import type { BaseSession } from '../command.ts'
import { type ListView, showList } from '../output.ts'
import { toLines } from '../table.ts'

/** Shows one object whole: a line for each leaf, or the service's own JSON. */
export async function showOne({ terminal, output }: BaseSession, resource: object): Promise<void> {
  await terminal.write(`${output === 'json' ? plainJson(resource, 2) : toLines(flatten(resource))}\n`)
}

/** The same after a change: what was changed is for scripts, since the object itself shows it to people. */
export const showChanged = (session: BaseSession, { changes, ...resource }: { changes?: readonly Change[] }) =>
  showOne(session, session.output === 'json' ? { ...resource, changes } : resource)

/** One line for each leaf: `name.givenName  Ada`, `emails.1.value  ada@example.com`. */
function flatten(value: unknown, path: readonly string[] = []): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path.join('.'), String(value)]]
  const entries = Array.isArray(value)
    ? value.map((held, i) => [String(i + 1), held] as const)
    : Object.entries(value).filter(([name]) => path.length > 0 || name !== 'schemas')
  return entries.flatMap(([name, held]) => flatten(held, [...path, name]))
}

const asText = (value: unknown): string | undefined =>
  value === undefined || typeof value === 'string' ? value : JSON.stringify(value)

const CHANGES_VIEW: ListView<Change> = {
  table: [
    { header: 'ATTRIBUTE', get: ({ attribute }) => attribute },
    { header: 'BEFORE', get: ({ before }) => asText(before) },
    { header: 'AFTER', get: ({ after }) => asText(after) },
  ],
}

/** Shows what a dry run would have changed. */
export async function showChanges(session: BaseSession, changes: readonly Change[]): Promise<void> {
  await showList(session, CHANGES_VIEW, [changes])
  session.terminal.tell(changes.length === 0 ? 'Nothing would change: all of it is so already' : 'Nothing was changed')
}
