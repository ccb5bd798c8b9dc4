import { EVENT_PARAMETERS } from '../../shared/audit/event-query.ts'
import { command } from '../command.ts'
import { contradicting, Failure } from '../failure.ts'
import { optional, textFor, toggle } from '../flags.ts'
import { patientApi } from '../patient-api.ts'

export const exportCommand = command({
  words: 'export',
  summary: 'Write the history, users, roles, grants, integrations and tokens to an SQLite file for auditors',
  operands: [{ name: 'FILE', help: 'the file to make, such as audit.sqlite' }],
  flags: {
    last: optional('SPAN', 'events of the last 30s, 5m, 2h or 7d (default: 7d)', textFor(EVENT_PARAMETERS.last)),
    from: optional('TIME', 'events from an instant, or a day from its beginning (UTC)', textFor(EVENT_PARAMETERS.from)),
    to: optional('TIME', 'events up to an instant, or a day to its end (default: now)', textFor(EVENT_PARAMETERS.to)),
    force: toggle('replace the file if there is one'),
  },
  outputs: [],
  examples: ['rolecall export audit.sqlite --last 30d', 'rolecall sql "select * from users" --file audit.sqlite'],
  check: ({ last, from }) => {
    if (last !== undefined && from !== undefined) {
      throw contradicting('--last', '--from')
    }
  },
  run: async ({ api, terminal }, { force, ...range }, path = '') => {
    // Other commands need no database, and start the sooner.
    const [{ newAuditFile }, { fillFile }] = await Promise.all([
      import('../audit-file/new-file.ts'),
      import('../audit-file/fill.ts'),
    ])
    const file = newAuditFile(path, force)
    const signal = terminal.untilInterrupted()
    try {
      const question = { ...range, type: 'ALL' }
      const asked = patientApi(api, terminal, signal)
      const filling = { api: asked, file, question, signal, progress: terminal.progress }
      const { unreadable, ...counts } = await fillFile(filling, new Date())
      signal.throwIfAborted()
      file.complete()
      const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`)
      terminal.tell(`${path}: ${told.join(', ')}`)
      if (unreadable > 0) terminal.tell(`${unreadable} rows of the range could not be read`)
    } catch (error) {
      file.discard()
      if (signal.aborted) throw new Failure(`Interrupted: ${path} was not written`, { cause: error })
      throw error
    }
    return undefined
  },
})
