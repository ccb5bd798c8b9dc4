import { type Command, command } from './command.ts'
import { DRY_RUN, dryRunQuery } from './flags.ts'

/** What is dropped, by its words and its route. */
interface Dropped {
  words: string
  summary: string
  operand: { name: string; help: string }
  path: readonly string[]
  example: string
}

/** A command that takes one thing away which nothing hangs on; the service refuses the others. */
export const dropCommand = ({ words, summary, operand, path, example }: Dropped): Command =>
  command({
    ...{ words, summary, operands: [operand] },
    flags: { 'dry-run': DRY_RUN },
    outputs: [],
    examples: [`rolecall ${words} ${example} --dry-run`],
    run: async ({ api, terminal }, { 'dry-run': isDryRun }, name = '') => {
      await api.call({ method: 'DELETE', path: [...path, name], query: dryRunQuery(isDryRun) })
      await terminal.write(isDryRun ? `${name} would be dropped; nothing was changed\n` : `Dropped ${name}\n`)
    },
  })
