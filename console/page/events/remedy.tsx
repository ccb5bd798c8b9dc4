import type { ComponentChildren } from 'preact'
import { Command } from '../parts/command.tsx'
import { Value } from '../parts/value.tsx'
import type { RemedyOf } from './remedy-of.ts'

/** What mends a refusal: one sentence, one command, and the action where the page has it. */
export const Remedy = ({ remedy: { why, words }, children }: { remedy: RemedyOf; children?: ComponentChildren }) => (
  <div class="remedy">
    <p>
      <Value text={why} />
    </p>
    {words === undefined ? (
      children && <div class="actions">{children}</div>
    ) : (
      <Command words={words} form="block">
        {children}
      </Command>
    )}
  </div>
)
