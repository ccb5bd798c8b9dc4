import { commandLine, option } from '../../command-line.ts'
import { useSession } from '../data/session.tsx'
import { accountNow } from '../router/address.ts'
import { Copy } from './copy.tsx'

/** The command line that does what the words say at this service, as it is called where the console was started. */
export function useCommandLine(words: readonly string[]): string {
  const { command = 'rolecall', commandOptions = [] } = useSession() ?? {}
  const account = accountNow()
  const options = account === undefined ? commandOptions : [...option('account', account), ...commandOptions]
  return `${command} ${commandLine(words, options)}`
}

interface CommandProps {
  /** Words behind `rolecall`, operands that may begin with a dash behind `--`: `['user', 'history', '--', name]`. */
  words: readonly string[]
  /** `row` at the foot of a card; `block` within a text, its button below. */
  form?: 'row' | 'block'
  /** Buttons beside Copy. */
  children?: preact.ComponentChildren
}

/** A command to copy; it stands wherever a button changes something. */
export function Command({ words, form = 'row', children }: CommandProps) {
  const line = useCommandLine(words)
  if (form === 'block') {
    return (
      <div class="command-block">
        <code>{line}</code>
        <div class="actions">
          <Copy text={line}>Copy command</Copy>
          {children}
        </div>
      </div>
    )
  }
  return (
    <div class="command">
      <code>{line}</code>
      <Copy text={line} isBare>
        Copy command
      </Copy>
      {children}
    </div>
  )
}
