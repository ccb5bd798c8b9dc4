import { toScimContext } from '../../shared/http/admin/resources.ts'
import type { ScimContext } from '../../shared/resources/context.ts'
import type { Step, StepRow } from '../../shared/resources/steps.ts'
import { undo } from '../../shared/resources/undo/undo.ts'
import { undrop } from '../../shared/resources/undo/undrop.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import type { Db } from '../../shared/store/client.ts'
import { adminContext } from './admin.ts'
import { testConfig } from './engine.ts'

/** What an administrator undoes with, from now on. */
export const undoContext = (db: Db): ScimContext =>
  toScimContext({ ...adminContext(db), config: testConfig(db.tableName), report: (error) => Promise.reject(error) })

/** All steps of a command. */
export async function stepsOf(ask: (next: string | undefined) => Promise<Step>): Promise<Step[]> {
  const steps: Step[] = []
  do steps.push(await ask(steps.at(-1)?.next))
  while (steps.at(-1)?.next !== undefined)
  return steps
}

/** All steps of a command, with what came of each object. */
export const rowsOf = async (ask: (next: string | undefined) => Promise<Step>): Promise<StepRow[]> =>
  (await stepsOf(ask)).flatMap(({ rows }) => rows)

/** Undoes, and says what came of each object. */
export const undoer = (db: Db) => (body: object) =>
  rowsOf((next) => undo(undoContext(db), { ...body, ...(next !== undefined && { next }) }))

/** Undrops, and says what came of each object. */
export const undropper =
  (db: Db) =>
  (type: ResourceType, idOrName: string, dryRun = false) =>
    rowsOf((next) => undrop(undoContext(db), type, { idOrName, dryRun, next }))

/** What came of each object, without which one it is. */
export const brief = (rows: readonly StepRow[]) =>
  rows.map(({ type, outcome, what, reason }) => [type, outcome, what ?? reason])

/** An instant that comes after all that is written, and before what will be. */
export async function anInstant(): Promise<string> {
  const after = Date.now()
  while (Date.now() <= after + 1) await new Promise((resolve) => setTimeout(resolve, 1))
  const at = new Date().toISOString()
  while (Date.now() <= Date.parse(at)) await new Promise((resolve) => setTimeout(resolve, 1))
  return at
}
