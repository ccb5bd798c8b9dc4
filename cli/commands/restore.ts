import * as z from 'zod'
import { plainJson } from '../../shared/audit/plain-text.ts'
import { EXIT_TO_DO } from '../check/finding.ts'
import { type BaseSession, type ExitCode, offlineCommand } from '../command.ts'
import { optional, toggle, wholeNumber } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import type { Restored } from '../restore/apply.ts'
import { toNoticed } from '../restore/noticed.ts'
import type { Counts, Plan } from '../restore/plan.ts'
import type { Tables } from '../restore/tables.ts'

const needed = (name: string, what: string) => ({
  ...{ value: 'TABLE', help: what },
  schema: z.string({ error: `expected the name of ${name}` }).min(1, { error: `expected the name of ${name}` }),
})

const TABLE_FLAGS = {
  restored: needed('the table that was restored', 'the table that point-in-time recovery made'),
  live: needed("the service's table", 'the table of the service, which is written over'),
  at: optional(
    'TIME',
    'the moment that the restored table shows, for the history; as DynamoDB knows it if not given',
    z.iso.datetime({ offset: true, error: 'expected an instant such as 2026-12-31T12:00:00Z' }),
  ),
  'event-retention-days': optional('DAYS', 'the setting of the service (default 90)', wholeNumber(1, 9999)),
}
const DEFAULT_RETENTION_DAYS = 90

interface TableValues {
  restored: string
  live: string
  at?: string | undefined
  'event-retention-days'?: number | undefined
}

interface Row extends Counts {
  kind: string
}

const PLAN_VIEW: ListView<Row> = {
  table: [
    { header: 'KIND', get: ({ kind }) => kind },
    { header: 'RETURN', get: ({ returned }) => String(returned) },
    { header: 'CHANGE BACK', get: ({ changed }) => String(changed) },
    { header: 'GO', get: ({ deleted }) => String(deleted) },
    { header: 'END', get: ({ revoked }) => String(revoked) },
    { header: 'STAY SINCE', get: ({ kept }) => String(kept) },
    { header: 'SAME', get: ({ same }) => String(same) },
  ],
}

async function openBoth(session: BaseSession, values: TableValues): Promise<Tables> {
  const { openTables } = await import('../restore/tables.ts')
  const { restored, live, 'event-retention-days': eventRetentionDays = DEFAULT_RETENTION_DAYS } = values
  return openTables({ restored, live, eventRetentionDays }, session.target, session.terminal)
}

async function showRestorePlan({ terminal, output }: BaseSession, plan: Plan): Promise<void> {
  const rows = Object.entries(plan.kinds).map(([kind, counts]) => ({ kind, ...counts }))
  await showList({ terminal, output }, PLAN_VIEW, [rows])
  for (const sentence of toNoticed(plan)) terminal.tell(sentence)
  for (const { account, integration, tokenId, name } of plan.issuedSince)
    terminal.tell(`ends: token ${tokenId} "${name}" of ${integration}, account ${account}`)
}

const planCommand = offlineCommand({
  words: 'restore plan',
  summary: 'Show what restoring a table would change, by reading both tables',
  outputs: ['table', 'json'],
  flags: TABLE_FLAGS,
  examples: ['rolecall restore plan --restored rolecall-0200 --live rolecall-Table'],
  run: async (session, values) => {
    const tables = await openBoth(session, values)
    const { walkTables } = await import('../restore/plan.ts')
    const plan = await walkTables(tables, tables.live.clock(), async () => {})
    if (session.output === 'json') {
      await session.terminal.write(`${plainJson({ ...plan, noticed: toNoticed(plan) }, 2)}\n`)
      return 0
    }
    await showRestorePlan(session, plan)
    session.terminal.tell('Nothing was changed')
    return 0
  },
})

const applyCommand = offlineCommand({
  words: 'restore apply',
  summary: 'Write a restored table over that of the service; what was cut off goes on by running it again',
  outputs: ['table'],
  flags: { ...TABLE_FLAGS, enable: toggle('switch the integrations on at the end that were on') },
  examples: ['rolecall restore apply --restored rolecall-0200 --live rolecall-Table'],
  run: async (session, { enable, ...values }) => {
    const tables = await openBoth(session, values)
    const { applyRestore, enableAll } = await import('../restore/apply.ts')
    const actor = session.terminal.env.USER ?? 'operator'
    const { progress } = session.terminal
    const restored = await applyRestore(tables, { actor, at: values.at ?? tables.restoredTo, progress })
    if (restored.plan) await showRestorePlan(session, restored.plan)
    if (enable) await enableAll(tables.live, restored.off, actor)
    return tellEnd(session, restored, enable)
  },
})

/** What is left to do. */
function tellEnd({ terminal, hint }: BaseSession, { violations, off }: Restored, isEnabled: boolean): ExitCode {
  terminal.tell('The table is restored; its history is whole')
  for (const { message } of violations) terminal.tell(`broken: ${message}`)
  for (const { account, name } of isEnabled ? [] : off)
    terminal.tell(`→ ${hint(`integration alter ${name} --enabled true --account ${account}`)}`)
  return violations.length > 0 ? EXIT_TO_DO : 0
}

export const restoreCommands = [planCommand, applyCommand]
