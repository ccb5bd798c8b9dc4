import { Failure, UsageError } from './failure.ts'
import { toggle } from './flags.ts'
import type { Terminal } from './terminal.ts'

/** The option of commands that ask first. */
export const yesFor = (kind: string) => toggle(`do not ask for the name of the ${kind} first`)

/** What a person has to agree to, and the name of the thing that it is done to. */
interface Meant {
  what: string
  kind: string
  name: string
}

/** Has a person type the name. @throws {UsageError} where nobody can be asked; {Failure} where it is another one. */
export async function confirm(terminal: Pick<Terminal, 'ask'>, { what, kind, name }: Meant): Promise<void> {
  const answer = await terminal.ask(`${what}. Type its name to go on: `)
  if (answer === undefined) throw new UsageError('There is nobody to ask whether that is meant: give --yes')
  if (answer.trim() !== name) throw new Failure(`Nothing was done: the ${kind} is "${name}"`)
}
