import { Icon } from '../parts/icon.tsx'
import type { MarkOf } from './mark-of.ts'

/** The mark of an event. */
export const Mark = ({ icon, tone }: MarkOf) => (
  <span class={`mark ${tone}`}>
    <Icon name={icon} />
  </span>
)
