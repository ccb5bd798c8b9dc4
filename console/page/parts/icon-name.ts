/** The symbols of `icons.svg`. */
export type IconName =
  | ('timeline' | 'users' | 'roles' | 'integrations' | 'drift' | 'health' | 'more' | 'search' | 'clock' | 'chevron')
  | ('download' | 'eye' | 'in' | 'out' | 'struck' | 'minus' | 'plus' | 'pencil' | 'shield' | 'key' | 'undo' | 'code')
  | ('link' | 'copy' | 'check' | 'theme' | 'file' | 'warning')
