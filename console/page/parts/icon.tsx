import sprite from '../icons.svg'
import type { IconName } from './icon-name.ts'

/** A drawing of 16 pixels; what it means is said in words beside it. */
export const Icon = ({ name, class: extra = '' }: { name: IconName; class?: string }) => (
  <svg class={`i ${extra}`} viewBox="0 0 16 16" aria-hidden="true">
    <use href={`${sprite}#${name}`} />
  </svg>
)
