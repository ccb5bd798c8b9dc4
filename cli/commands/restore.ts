import * as z from 'zod'
import { plainJson } from '../../shared/audit/plain-text.ts'
import { EXIT_TO_DO } from '../check/finding.ts'
import { type BaseSession, type ExitCode, offlineCommand } from '../command.ts'
import { confirm, yesFor } from '../confirm.ts'
import { optional, toggle, wholeNumber } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import type { Restored } from '../restore/apply.ts'
import type { IntegrationName } from '../restore/close.ts'
import { toNoticed } from '../restore/noticed.ts'
import type { Counts, Plan } from '../restore/plan.ts'
import type { OpenTables } from '../restore/tables.ts'

const needed = (name: string, what: string) => ({
  ...{ value: 'TABLE', help: what },
  schema: z.string({ error: `expected the name of ${name}` }).min(1, { error: `expected the name of ${name}` }),
})

const AN_INSTANT = 'expected an instant such as 2026-12-31T12:00:00Z'
const anInstant = z.iso.datetime({ offset: true, error: AN_INSTANT })

const LIVE_FLAGS = {
  live: needed("the service's table", 'the table of the service, which is written over'),
  'event-retention-days': optional('DAYS', 'the setting of the service (default 90)', wholeNumber(1, 9999)),
}
const TABLE_FLAGS = {
  restored: needed('the table that was restored', 'the table that point-in-time recovery made'),
  ...LIVE_FLAGS,
}
const DEFAULT_RETENTION_DAYS = 90

interface TableValues {
  restored: string
  live: string
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

async function openBoth(session: BaseSession, values: TableValues): Promise<OpenTables> {
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

/** The rest of a command line that a restore goes on with. */
const tableWords = ({ restored, live, 'event-retention-days': days }: TableValues): string =>
  `--restored ${restored} --live ${live}${days === undefined ? '' : ` --event-retention-days ${days}`}`

const planCommand = offlineCommand({
  words: 'restore plan',
  summary: 'Show what restoring a table would change, by reading both tables',
  outputs: ['table', 'json'],
  flags: TABLE_FLAGS,
  examples: ['rolecall restore plan --restored rolecall-0200 --live rolecall-Table'],
  run: async (session, values) => {
    const tables = await openBoth(session, values)
    const { walkTables } = await import('../restore/plan.ts')
    const now = tables.live.clock()
    const plan = await walkTables(tables, now, async () => {})
    const plannedAt = new Date(now).toISOString()
    if (session.output === 'json') {
      await session.terminal.write(`${plainJson({ plannedAt, ...plan, noticed: toNoticed(plan) }, 2)}\n`)
      return 0
    }
    await showRestorePlan(session, plan)
    session.terminal.tell('Nothing was changed')
    session.terminal.tell(`→ ${session.hint(`restore apply ${tableWords(values)} --planned ${plannedAt}`)}`)
    return 0
  },
})

const applyCommand = offlineCommand({
  words: 'restore apply',
  summary: 'Write a restored table over that of the service; what was cut off goes on by running it again',
  outputs: ['table'],
  flags: {
    ...TABLE_FLAGS,
    at: optional(
      'TIME',
      'the moment that the restored table shows, for the history; as DynamoDB knows it if not given',
      anInstant,
    ),
    planned: optional('TIME', 'when the plan was made: refuses where anything was written since', anInstant),
    enable: toggle('switch the integrations on at the end that were on'),
    yes: yesFor('table'),
  },
  examples: ['rolecall restore apply --restored rolecall-0200 --live rolecall-Table'],
  run: async (session, { enable, yes, at, planned, ...values }) => {
    const { terminal } = session
    const tables = await openBoth(session, values)
    const [{ applyRestore }, { switchAll }, { getRestoreMark }] = await Promise.all([
      import('../restore/apply.ts'),
      import('../restore/close.ts'),
      import('../restore/mark.ts'),
    ])
    const actor = await tables.caller()
    const isBegun = (await getRestoreMark(tables.live)) !== undefined
    const plannedAt = planned ? Date.parse(planned) : yes || isBegun ? undefined : await showPlanFirst(session, tables)
    const what = `The table "${values.live}" is written over: all but its history becomes what "${values.restored}" holds`
    if (!yes) await confirm(session.terminal, { what, kind: 'table', name: values.live })
    const restore = { actor, at: at ?? tables.restoredTo, plannedAt, progress: terminal.progress }
    const restored = await applyRestore(tables, restore).catch(async (error: unknown) => {
      const mark = await getRestoreMark(tables.live).catch(() => undefined)
      if (mark) tellUnfinished(session, values, mark.hasCopied)
      throw error
    })
    if (restored.plan && plannedAt === undefined) await showRestorePlan(session, restored.plan)
    if (enable) await switchAll(tables.live, restored.off, true, actor)
    return tellEnd(session, restored, enable)
  },
})

const abandonCommand = offlineCommand({
  words: 'restore abandon',
  summary: 'Give a restore up that was cut off before it began to copy: what waits goes on',
  outputs: [],
  flags: { ...LIVE_FLAGS, enable: toggle('switch the integrations on that it switched off'), yes: yesFor('table') },
  examples: ['rolecall restore abandon --live rolecall-Table --enable'],
  run: async (session, { enable, yes, live, 'event-retention-days': eventRetentionDays = DEFAULT_RETENTION_DAYS }) => {
    const { target, terminal } = session
    const [{ openTable }, { abandonRestore }, { switchAll }] = await Promise.all([
      import('../restore/tables.ts'),
      import('../restore/apply.ts'),
      import('../restore/close.ts'),
    ])
    const table = await openTable({ live, eventRetentionDays }, target, terminal)
    if (!yes)
      await confirm(session.terminal, {
        what: `The restore of the table "${live}" is given up`,
        kind: 'table',
        name: live,
      })
    const { off, waiting } = await abandonRestore(table.live)
    if (enable) await switchAll(table.live, off, true, await table.caller())
    terminal.tell(`The restore is given up: nothing was copied, and ${waiting} changes that waited go on`)
    tellOff(session, enable ? [] : off)
  },
})

const copyCommand = offlineCommand({
  words: 'restore copy',
  summary: 'Copy the table of a local system, as point-in-time recovery would: to try a restore',
  outputs: [],
  flags: TABLE_FLAGS,
  examples: ['rolecall restore copy --live rolecall --restored rolecall-0200'],
  run: async ({ target, terminal }, values) => {
    const [{ openForCopy }, { copyTable }] = await Promise.all([
      import('../restore/tables.ts'),
      import('../restore/copy.ts'),
    ])
    const { restored, live, 'event-retention-days': eventRetentionDays = DEFAULT_RETENTION_DAYS } = values
    const tables = await openForCopy({ restored, live, eventRetentionDays }, target, terminal)
    await terminal.write(`${await copyTable(tables.live, tables.copy)} items of ${live} are in ${restored} too\n`)
  },
})

/** Nobody agrees to what they have not seen. @returns when the plan was made. */
async function showPlanFirst(session: BaseSession, tables: OpenTables): Promise<number> {
  const { walkTables } = await import('../restore/plan.ts')
  const plannedAt = tables.live.clock()
  await showRestorePlan(session, await walkTables(tables, plannedAt, async () => {}))
  return plannedAt
}

/** What to do with a restore that was cut off. */
function tellUnfinished({ terminal, hint }: BaseSession, values: TableValues, hasCopied: boolean): void {
  terminal.tell(
    hasCopied
      ? 'The restore is not over, and changes of members that waited stand still until it is: run the same command again'
      : 'The restore is not over: run the same command again, or give it up, since nothing was copied',
  )
  if (!hasCopied) terminal.tell(`→ ${hint(`restore abandon --live ${values.live} --enable`)}`)
}

/** What is left to do. */
function tellEnd(session: BaseSession, { violations, off }: Restored, isEnabled: boolean): ExitCode {
  const { terminal } = session
  terminal.tell('The table is restored; its history is whole')
  for (const { message } of violations) terminal.tell(`broken: ${message}`)
  tellOff(session, isEnabled ? [] : off)
  return violations.length > 0 ? EXIT_TO_DO : 0
}

function tellOff({ terminal, hint }: BaseSession, off: readonly IntegrationName[]): void {
  for (const { account, name } of off)
    terminal.tell(`→ ${hint(`integration alter ${name} --enabled true --account ${account}`)}`)
}

export const restoreCommands = [planCommand, applyCommand, abandonCommand, copyCommand]
