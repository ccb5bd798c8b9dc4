import { option } from '../../command-line.ts'
import { Transfer } from '../objects/transfer-action.tsx'
import { Command } from '../parts/command.tsx'
import { safeText } from '../parts/safe-text.ts'
import { Value } from '../parts/value.tsx'
import type { RemedyOf } from './remedy-of.ts'
import { type TransferOf, transferOf } from './transfer-of.ts'

interface RemedyProps {
  remedy: RemedyOf
  onDone?: (() => void) | undefined
}

/** What mends a refusal: one sentence, one command, and the action where the page has it. */
export function Remedy({ remedy: { why, words }, onDone = () => undefined }: RemedyProps) {
  const transfer = transferOf(words)
  return (
    <div class="remedy">
      <p>
        <Value text={why} />
      </p>
      {words === undefined ? null : (
        <Command words={words} form="block">
          {transfer ? <TransferOne transfer={transfer} onDone={onDone} /> : null}
        </Command>
      )}
    </div>
  )
}

const TransferOne = ({ transfer: { kind, name, to }, onDone }: { transfer: TransferOf; onDone: () => void }) => (
  <Transfer
    label={`Transfer ${safeText(name.replace(/(?<=.)@.*$/s, '')).slice(0, 40)}`}
    class="button small"
    owner=""
    what={{ [`${kind}s`]: [name] }}
    words={option(kind, name)}
    {...{ name, to, onDone }}
  />
)
