import sprite from '../icons.svg'

/** The symbols of `icons.svg`. */
export type IconName =
  | ('timeline' | 'users' | 'roles' | 'integrations' | 'drift' | 'health' | 'more' | 'search' | 'clock' | 'chevron')
  | ('download' | 'eye' | 'in' | 'out' | 'struck' | 'minus' | 'plus' | 'pencil' | 'shield' | 'key' | 'undo' | 'code')
  | ('link' | 'copy' | 'check' | 'theme' | 'file' | 'warning')

/** A drawing of 16 pixels; what it means is said in words beside it. */
export const Icon = ({ name, class: extra = '' }: { name: IconName; class?: string }) => (
  <svg class={`i ${extra}`} viewBox="0 0 16 16" aria-hidden="true">
    <use href={`${sprite}#${name}`} />
  </svg>
)
